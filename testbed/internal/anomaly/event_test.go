// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package anomaly

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
)

// made is a series of n minutes with the rows flagged.
func made(n, evalFrom int, events []dataset.Event, flagged ...int) Scored {
	s := Scored{&dataset.Series{EvalFrom: evalFrom, Events: events}, make([]float64, n)}
	for i := range n {
		s.At = append(s.At, int64(i)*int64(time.Minute))
	}
	for _, i := range flagged {
		s.Score[i] = 1
	}
	return s
}

func rows(from, to int) []int {
	var out []int
	for i := from; i < to; i++ {
		out = append(out, i)
	}
	return out
}

func TestAt(t *testing.T) {
	event := []dataset.Event{{Start: 500, End: 509, Ignore: 520}}
	for name, test := range map[string]struct {
		flagged  []int
		detected int
		false_   int
		delay    []int
	}{
		"nothing":                         {nil, 0, 0, nil},
		"at the start":                    {[]int{500}, 1, 0, []int{0}},
		"one before":                      {[]int{499}, 1, 0, []int{0}},
		"two before":                      {[]int{498}, 0, 1, nil},
		"within, counted once":            {rows(503, 510), 1, 0, []int{3}},
		"five after the end":              {[]int{514}, 1, 0, []int{14}},
		"in the ignore zone":              {[]int{515, 520}, 0, 0, nil},
		"after the ignore zone":           {[]int{521}, 0, 1, nil},
		"before eval_from":                {[]int{50, 99}, 0, 0, nil},
		"ten apart are one":               {[]int{200, 210, 220}, 0, 1, nil},
		"eleven apart are two":            {[]int{200, 211}, 0, 2, nil},
		"sixty in a row are one":          {rows(200, 260), 0, 1, nil},
		"sixty-one are two":               {rows(200, 261), 0, 2, nil},
		"two hundred are four":            {rows(200, 400), 0, 4, nil},
		"on from before the event is one": {rows(490, 510), 1, 1, []int{0}},
	} {
		r := At([]Scored{made(1000, 100, event, test.flagged...)}, 1)
		require.Equal(t, test.detected, r.Detected, name)
		require.Equal(t, test.false_, r.False, name)
		require.Equal(t, test.delay, r.Delay, name)
		require.Equal(t, 1, r.Events, name)
		require.InDelta(t, (900.0-22)/1440, r.Days, 1e-9, name)
	}
}

func TestCurveAndBest(t *testing.T) {
	s := made(10*1440, 0, []dataset.Event{{Start: 100, End: 100, Ignore: 100}, {Start: 300, End: 300, Ignore: 300}})
	s.Score[100], s.Score[300], s.Score[600] = 3, 1, 2
	curve := Curve([]Scored{s}, 10)
	require.Len(t, curve, 2)
	require.InDelta(t, 1.0, curve[0].Precision(), 1e-9)
	require.InDelta(t, 0.5, curve[0].Recall(), 1e-9)
	require.InDelta(t, 2.0/3, curve[1].Precision(), 1e-9)
	best := Best(curve)
	require.InDelta(t, 0.8, best.F1(), 1e-9)
	require.InDelta(t, 1.0, best.Threshold, 1e-9)
	require.InDelta(t, 0.5*1+0.5*2.0/3, Area(curve), 1e-9)

	for i := 700; i < 5000; i += 20 { // over the budget
		s.Score[i] = 1
	}
	require.InDelta(t, 3.0, Best(Curve([]Scored{s}, 10)).Threshold, 1e-9)
}
