// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package anomaly

import "github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"

// KindResult is how well events of one kind are found and named at the shipped
// threshold.
type KindResult struct {
	Kind             string
	Events, Detected int
	Last, Most       int   // named rightly: at the last flagged row, at most of them
	Delay            []int // in points
}

// names are the kinds of the data by ours.
var names = map[string]string{"level": "level_shift", "variance": "variance_change", "cliff": "drop"}

// KindOrder is the order of the kinds in tables.
var KindOrder = []string{"spike", "dip", "level_shift", "variance_change", "drop", "trend"}

// Named is the kind of an event by our names.
func Named(e dataset.Event) string {
	if ours, ok := names[e.Kind]; ok {
		return ours
	}
	return e.Kind
}

// said is what was said of an event, row by row where it was flagged.
func (v *Verdicts) said(e dataset.Event) (first int, kinds []string) {
	first = -1
	for i := max(0, e.Start-before, v.EvalFrom); i <= min(e.End+after, len(v.Score)-1); i++ {
		if v.Kind[i] == "" {
			continue
		}
		if first < 0 {
			first = i
		}
		kinds = append(kinds, v.Kind[i])
	}
	return first, kinds
}

// Right says whether an event was named rightly at most of its flagged rows.
func (v *Verdicts) Right(e dataset.Event) bool {
	count := map[string]int{}
	_, kinds := v.said(e)
	for _, k := range kinds {
		count[k]++
	}
	for k, n := range count {
		if k != Named(e) && n >= count[Named(e)] {
			return false
		}
	}
	return len(kinds) > 0
}

// Kinds scores each kind of event. What an event is called is said while it goes
// on: the first row that is flagged cannot know.
func Kinds(all []Verdicts) []KindResult {
	results := map[string]*KindResult{}
	for _, k := range KindOrder {
		results[k] = &KindResult{Kind: k}
	}
	for i := range all {
		v := &all[i]
		for _, e := range v.Events {
			r, ok := results[Named(e)]
			if !ok {
				continue // the source does not say which kind
			}
			r.Events++
			first, kinds := v.said(e)
			if first < 0 {
				continue
			}
			r.Detected++
			r.Delay = append(r.Delay, max(0, first-e.Start))
			if kinds[len(kinds)-1] == r.Kind {
				r.Last++
			}
			if v.Right(e) {
				r.Most++
			}
		}
	}
	out := make([]KindResult, 0, len(results))
	for _, k := range KindOrder {
		out = append(out, *results[k])
	}
	return out
}
