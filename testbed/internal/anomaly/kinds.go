// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package anomaly

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

// Kinds scores each kind of event. What an event is called is said while it goes
// on: the first row that is flagged cannot know.
func Kinds(all []Verdicts) []KindResult {
	results := map[string]*KindResult{}
	for _, k := range KindOrder {
		results[k] = &KindResult{Kind: k}
	}
	for _, v := range all {
		for _, e := range v.Events {
			kind := e.Kind
			if ours, ok := names[kind]; ok {
				kind = ours
			}
			r := results[kind]
			r.Events++
			said, first := map[string]int{}, -1
			last := ""
			for i := max(0, e.Start-before, v.EvalFrom); i <= min(e.End+after, len(v.Score)-1); i++ {
				if v.Kind[i] == "" {
					continue
				}
				if first < 0 {
					first = i
				}
				last = v.Kind[i]
				said[last]++
			}
			if first < 0 {
				continue
			}
			r.Detected++
			r.Delay = append(r.Delay, max(0, first-e.Start))
			if last == kind {
				r.Last++
			}
			most := true
			for k, n := range said {
				if k != kind && n >= said[kind] {
					most = false
				}
			}
			if most {
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
