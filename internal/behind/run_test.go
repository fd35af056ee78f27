// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package behind

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheClockWentBack(t *testing.T) {
	ascending := func(n int) (times []int64) {
		for i := range n {
			times = append(times, int64(100+i))
		}
		return times
	}
	for name, c := range map[string]struct {
		times []int64
		back  bool
	}{
		"nearly enough":         {ascending(Limit - 1), false},
		"enough":                {ascending(Limit), true},
		"the same over again":   {append(ascending(Limit-1), ascending(Limit-1)...), false},
		"twice the same time":   {append(ascending(Limit-1), 100+Limit-2), false},
		"from another time on":  {append(ascending(Limit-1), ascending(Limit)...), true},
		"falling, never enough": {[]int64{30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18}, false},
	} {
		t.Run(name, func(t *testing.T) {
			var r Run
			for i, at := range c.times {
				require.True(t, r.Valid())
				require.Equal(t, c.back && i == len(c.times)-1, r.Add(at), "point %d", i)
			}
		})
	}
	var r Run
	for _, at := range ascending(Limit - 1) {
		require.False(t, r.Add(at))
	}
	r.End()
	require.False(t, r.Add(200), "a point in time came between")
}
