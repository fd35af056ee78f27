// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package logclusterprocessor

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// Saving counts may take a twentieth of the time.
func TestCountsAreSavedAsOftenAsTheyAreCheap(t *testing.T) {
	for took, want := range map[time.Duration]time.Duration{
		0:                      5 * time.Second,
		100 * time.Millisecond: 5 * time.Second,
		time.Second:            20 * time.Second,
		10 * time.Second:       time.Minute,
	} {
		assert.Equal(t, want, untilCounts(took), took)
	}
}
