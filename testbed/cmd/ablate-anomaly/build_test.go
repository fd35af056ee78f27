// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

const source = `package p

const (
	a, b = 0.5, 1.5
	c    = 3 // of a and b
)

var weights = [...]float64{first: 1, second: 0.5}
`

func TestRewrite(t *testing.T) {
	got, err := rewrite([]byte(source), []edit{{"b", 10}, {"c", 0}, {"second", 0.25}})
	require.NoError(t, err)
	require.Equal(t, `package p

const (
	a, b = 0.5, 1e+01
	c    = 0e+00 // of a and b
)

var weights = [...]float64{first: 1, second: 2.5e-01}
`, string(got))
	_, err = rewrite([]byte(source), []edit{{"d", 1}})
	require.Error(t, err, "a constant that is gone must not go unseen")
}

// Every constant that is tried is there.
func TestEveryVariantCanBeMade(t *testing.T) {
	b, err := newBuilder(t.Context())
	require.NoError(t, err)
	for _, v := range without {
		_, err := rewrite(b.source, v.edits)
		require.NoError(t, err, v.name)
	}
	for _, names := range constants {
		_, edits, err := b.scaled(names, 2)
		require.NoError(t, err)
		_, err = rewrite(b.source, edits)
		require.NoError(t, err)
	}
}
