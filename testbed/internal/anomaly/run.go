// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package anomaly

import (
	"runtime"

	"golang.org/x/sync/errgroup"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
)

// Detector says of every value, in time order, how anomalous it is: 0 upwards.
// Time is in nanoseconds.
type Detector interface {
	Step(at int64, value float64) float64
}

// Run streams every series through a detector of its own. A value that is not a
// number is not shown to it.
func Run(series []dataset.Series, detector func() Detector) []Scored {
	out := make([]Scored, len(series))
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range series {
		g.Go(func() error {
			s := &series[i]
			d := detector()
			scores := make([]float64, len(s.Value))
			for j, v := range s.Value {
				if v == v {
					scores[j] = d.Step(s.At[j], v)
				}
			}
			out[i] = Scored{s, scores}
			return nil
		})
	}
	_ = g.Wait() // no function returns an error
	return out
}
