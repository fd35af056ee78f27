// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecast

import (
	"fmt"
	"strings"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/internal/season"
)

// Why says in sentences what led to the forecast, from the history to the bounds.
func (d *Description) Why() []string {
	why := []string{d.whyHistory(), d.whyPeriods()}
	if d.Changed > 0 {
		why = append(why, fmt.Sprintf("The level changed %s before the last fit; a model that sees the history at the new level competes with the others.", Written(d.Changed)))
	}
	return append(why, d.whyModels(), d.whyBounds())
}

// Span is how long a time the history covers.
func (d *Description) Span() time.Duration { return time.Duration(d.Buckets) * d.Step }

func (d *Description) whyHistory() string {
	if d.Buckets == 0 {
		return "It has just begun."
	}
	return fmt.Sprintf("It knows %s, as means of %s each.", Written(d.Span()), Written(d.Step))
}

func (d *Description) whyPeriods() string {
	if len(d.Periods) == 0 {
		if need := season.Cycles * 24 * time.Hour; d.Span() < need {
			return fmt.Sprintf("No period is found yet: a day is one only after %s.", Written(need))
		}
		return "No period is found: neither the day nor the week nor another length explains enough of it."
	}
	words := make([]string, len(d.Periods))
	for i, p := range d.Periods {
		words[i] = Written(p)
	}
	return "It repeats every " + strings.Join(words, " and every ") + "."
}

func (d *Description) whyModels() string {
	if len(d.Models) == 0 {
		return "No model is fitted yet: the last value stands for all that comes."
	}
	first := d.Models[0]
	if first.Error == 0 {
		return fmt.Sprintf("%s weighs most (%.0f %%), as it is expected to: no forecast has come due yet.", first.Name, 100*first.Weight)
	}
	less, scored := 0, 0
	for _, m := range d.Models[1:] {
		if m.Error > 0 {
			scored++
			if m.Error < first.Error {
				less++
			}
		}
	}
	return fmt.Sprintf("%s weighs most (%.0f %%): its recent forecasts were off by %.3g in the mean, %d of the other %d models by less.",
		first.Name, 100*first.Weight, first.Error, less, scored)
}

func (d *Description) whyBounds() string {
	var words []string
	for _, m := range d.Measured {
		if m.Points > 0 {
			words = append(words, fmt.Sprintf("%.0f %% at %s", 100*m.Coverage, Written(m.Horizon)))
		}
	}
	if len(words) == 0 {
		return "The bounds are as wide as successive points differ: no forecast has come due yet."
	}
	return "The bounds are as wide as past forecasts were off; of the points since, they held " + strings.Join(words, ", ") + "."
}

// Written is a duration without the zeros that Go adds: 1h, not 1h0m0s.
func Written(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
