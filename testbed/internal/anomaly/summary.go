// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package anomaly

// Summary is how well the processor does on one set.
type Summary struct {
	Set    string
	F1     float64 // of the best threshold within the budget
	NAB    float64 // by NAB's rules; of sets that have windows for events
	Alarms float64 // false ones a series and day, as shipped
	Quiet  Result  // of the series without an event, as shipped
	Right  float64 // share of the detected events that are named rightly, as shipped
	Trends int     // detected, as shipped
	Life   Tally   // of everyday life, which has nothing of the rest
}

// EverydayLife is the set that has a Life.
const EverydayLife = "life"

// Summarize scores what the processor said of a set.
func Summarize(set string, all []Verdicts) Summary {
	scored := Scores(all)
	s := Summary{
		Set:    set,
		F1:     Best(Curve(scored, 100)).F1(),
		NAB:    NAB(scored).Score,
		Alarms: At(scored, 1).Rate(),
		Quiet:  At(Quiet(scored), 1),
	}
	right, detected := 0, 0
	for _, k := range Kinds(all) {
		right, detected = right+k.Most, detected+k.Detected
		if k.Kind == "trend" {
			s.Trends = k.Detected
		}
	}
	s.Right = ratio(right, detected)
	return s
}

// Quiet are the series without an event.
func Quiet(all []Scored) (quiet []Scored) {
	for _, s := range all {
		if len(s.Events) == 0 {
			quiet = append(quiet, s)
		}
	}
	return quiet
}
