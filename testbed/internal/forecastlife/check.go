// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecastlife

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"time"
)

const (
	hour = int64(3600)
	week = 7 * 24 * hour
	emit = 900 // seconds between two forecasts
)

// checks say whether a check held, and what was seen.
var checks = map[string]func(o *output, c *Check) (bool, string){
	"ordered": func(o *output, _ *Check) (bool, string) {
		return o.none("out of order", func(b *band) bool {
			return b.mean != nil && b.lower != nil && b.upper != nil && !(*b.lower <= *b.mean && *b.mean <= *b.upper)
		})
	},
	"in_range": func(o *output, _ *Check) (bool, string) {
		least := o.DataRange[0] // nobody told the connector of the other
		return o.none("outside", func(b *band) bool {
			return least != nil && slices.ContainsFunc([]*float64{b.mean, b.lower, b.upper}, func(v *float64) bool { return v != nil && *v < *least-1e-12 })
		})
	},
	"coverage":           (*output).coverage,
	"recommended_enough": (*output).enough,
	"recommended_tight":  (*output).tight,
	"time_to_limit":      (*output).timeToLimit,
	"zero_after_limit": func(o *output, c *Check) (bool, string) {
		zero := 0
		for at, v := range o.left {
			if at >= c.Start && v != nil && *v == 0 {
				zero++
			}
		}
		want := float64(o.came[len(o.came)-1].at-c.Start) / emit
		return float64(zero) >= 0.9*want, fmt.Sprintf("%d of about %.0f are 0", zero, want)
	},
	"no_limit_alarm": func(o *output, c *Check) (bool, string) {
		low := 0
		for at, v := range o.left {
			if at >= o.EvalFrom && v != nil && *v < c.Below {
				low++
			}
		}
		return low == 0, fmt.Sprintf("%d below", low)
	},
	"bad_sample": func(o *output, c *Check) (bool, string) { return o.above(c, true) },
	"replay":     func(o *output, c *Check) (bool, string) { return o.above(c, false) },
}

func (o *output) none(what string, bad func(*band) bool) (bool, string) {
	n := 0
	for _, b := range o.bands {
		if bad(b) {
			n++
		}
	}
	return n == 0, fmt.Sprintf("%d of %d %s", n, len(o.bands), what)
}

// from is the index of the first point at or after a time.
func (o *output) from(at int64) int {
	return sort.Search(len(o.came), func(i int) bool { return o.came[i].at >= at })
}

func (o *output) highest(from, to int64) (float64, bool) {
	i, j := o.from(from), o.from(to)
	if i >= j {
		return 0, false
	}
	return slices.MaxFunc(o.came[i:j], func(a, b point) int { return int(math.Copysign(1, a.value-b.value)) }).value, true
}

func (o *output) coverage(c *Check) (bool, string) {
	horizon, err := time.ParseDuration(c.Horizon)
	if err != nil {
		return false, err.Error()
	}
	n, within := 0.0, 0.0
	for made, b := range o.bands {
		if made.horizon != c.Horizon || made.at < o.EvalFrom || b.lower == nil || b.upper == nil {
			continue
		}
		due := made.at + int64(horizon.Seconds())
		i := o.from(due)
		if i == len(o.came) || o.came[i].at-due >= max(60, o.Step) {
			continue
		}
		n++
		if *b.lower <= o.came[i].value && o.came[i].value <= *b.upper {
			within++
		}
	}
	return n > 0 && c.Low <= within/n && within/n <= c.High, fmt.Sprintf("%s %.2f", c.Horizon, within/n)
}

// needs calls f with each recommended value and the highest point of the hour after it.
func (o *output) needs(f func(recommended, need float64)) {
	end := o.came[len(o.came)-1].at
	for at, v := range o.recommended {
		if at < o.EvalFrom || at+hour > end || v == nil {
			continue
		}
		if need, ok := o.highest(at+1, at+hour+1); ok {
			f(*v, need)
		}
	}
}

func (o *output) enough(c *Check) (bool, string) {
	n, enough := 0.0, 0.0
	o.needs(func(recommended, need float64) {
		n++
		if recommended >= need {
			enough++
		}
	})
	return enough/n >= c.Share, fmt.Sprintf("%.2f", enough/n)
}

func (o *output) tight(c *Check) (bool, string) {
	var ratios []float64
	o.needs(func(recommended, need float64) {
		if need > 0 {
			ratios = append(ratios, recommended/need)
		}
	})
	if len(ratios) == 0 {
		return true, "no need"
	}
	slices.Sort(ratios)
	q := ratios[min(len(ratios)-1, int(c.Quantile*float64(len(ratios))))]
	return q <= c.Ratio, fmt.Sprintf("p95 %.2f", q)
}

func (o *output) timeToLimit(c *Check) (bool, string) {
	n, right := 0.0, 0.0
	until := c.Crossing - min(hour, (c.Crossing-c.Start)/4)
	for at, v := range o.left {
		if at < c.Start || at > until {
			continue
		}
		n++
		if v != nil && math.Abs(float64(at-c.Crossing)+*v) <= c.Tolerance*float64(c.Crossing-at) {
			right++
		}
	}
	want := max(1, math.Floor(float64(c.Crossing-c.Start)/emit*0.9))
	return n >= want*c.Share && right/n >= c.Share, fmt.Sprintf("%.0f of %.0f right, about %.0f expected", right, n, want)
}

// above finds what is still far above the usual some time after a wrong sample or an
// incident.
func (o *output) above(c *Check, bounds bool) (bool, string) {
	until := c.At
	if c.Since != 0 {
		until = c.Since
	}
	usual, _ := o.highest(until-week, until)
	n, bad, worst := 0, 0, 0.0
	count := func(at int64, v *float64) {
		if at <= c.At+c.After || v == nil {
			return
		}
		n++
		if *v > c.Factor*usual {
			bad++
			worst = max(worst, *v/usual)
		}
	}
	for at, v := range o.recommended {
		count(at, v)
	}
	if bounds {
		for made, b := range o.bands {
			count(made.at, b.mean)
			count(made.at, b.upper)
		}
	}
	return bad == 0, fmt.Sprintf("%d of %d above %g x the usual, highest x%.3g", bad, n, c.Factor, worst)
}
