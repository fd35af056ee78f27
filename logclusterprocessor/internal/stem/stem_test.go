// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package stem

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestOf(t *testing.T) {
	for word, want := range map[string]string{
		"":                              "",
		"connections":                   "connect",
		"denied":                        "deni",
		"running":                       "run",
		"größe":                         "größe",
		strings.Repeat("a", 40) + "ing": strings.Repeat("a", 40),
	} {
		for range 2 { // the second time it is known
			assert.Equal(t, want, Of(word), word)
		}
	}
}

// Words share places: what one caller puts there must never answer for another.
func TestOfIsTheSameFromManyCallers(t *testing.T) {
	var callers sync.WaitGroup
	for range 4 {
		callers.Go(func() {
			for i := range 10_000 {
				word := fmt.Sprintf("%dings", i)
				assert.Equal(t, porter(word), Of(word))
			}
		})
	}
	callers.Wait()
}
