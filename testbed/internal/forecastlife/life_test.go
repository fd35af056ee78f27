// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecastlife

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
)

// floors are the fewest families and checks that hold: what was measured, less a little
// for what changes elsewhere.
var floors = map[string]int{
	"bad_sample": 13, "coverage": 180, "in_range": 65, "no_limit_alarm": 1, "ordered": 65,
	"recommended_enough": 64, "recommended_tight": 54, "replay": 1, "time_to_limit": 3, "zero_after_limit": 1,
}

const (
	familiesFloor = 47
	halfFloor     = 19 // of 27 and of 32
)

func TestEverydayLife(t *testing.T) {
	dir, err := dataset.Dir()
	if err != nil {
		t.Skip(err)
	}
	all, err := Load(filepath.Join(dir, "life", "forecast"))
	if err != nil {
		t.Skip(err)
	}
	if testing.Short() {
		t.Skip("half a minute of a core")
	}
	results, err := Run(t.Context(), all)
	require.NoError(t, err)
	sum := Summarise(all, results)
	t.Logf("families %v, halves %v, checks %v", sum.Families, sum.Halves, sum.Checks)
	require.GreaterOrEqual(t, sum.Families.Held, familiesFloor)
	for half, count := range sum.Halves {
		require.GreaterOrEqual(t, count.Held, halfFloor, "half %d", half)
	}
	for check, floor := range floors {
		require.GreaterOrEqual(t, sum.Checks[check].Held, floor, check)
	}
}

// The checks can fail.
func TestChecksFail(t *testing.T) {
	number := func(v float64) *float64 { return &v }
	o := newOutput(&Series{Name: "a", Step: 60, DataRange: [2]*float64{number(0), nil}})
	for at := int64(0); at <= 8*3600; at += 60 {
		o.came = append(o.came, point{at, 10})
	}
	for at := int64(0); at < 6*3600; at += 900 {
		o.bands[madeFor{at, "1h"}] = &band{number(10), number(11), number(9)}
		o.recommended[at], o.left[at] = number(30), number(5)
	}
	o.bands[madeFor{0, "15m"}] = &band{number(10), number(-1), number(12)}
	for name, c := range map[string]Check{
		"ordered": {}, "in_range": {}, "coverage": {Horizon: "1h", Low: 0.7, High: 0.9}, "recommended_tight": {Ratio: 2, Quantile: 0.95},
		"time_to_limit": {Crossing: 7 * 3600, Tolerance: 0.2, Share: 0.9}, "zero_after_limit": {}, "no_limit_alarm": {Below: 60},
		"bad_sample": {At: 3600, Factor: 2}, "replay": {At: 3600, Factor: 2},
	} {
		held, seen := checks[name](o, &c)
		require.False(t, held, "%s: %s", name, seen)
	}
	o.recommended[0] = number(5)
	held, _ := checks["recommended_enough"](o, &Check{Share: 1})
	require.False(t, held)
	held, _ = checks["recommended_enough"](o, &Check{Share: 0.9})
	require.True(t, held)
}
