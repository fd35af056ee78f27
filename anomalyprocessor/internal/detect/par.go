// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package detect

// Par is for tuning.
var par = struct {
	fast, medium, slow, long                                        float64
	mix, scaleRate, clip                                            float64
	spanFloor, longFloor, stepFloor, longFall                       float64
	edge, run                                                       float64
	p, xi, uRate, bRate, xClip                                      float64
	nats                                                            float64
	short, mid, wide                                                float64
	slowIn, runTail, corrTail                                       float64
	suspect, habit, habitDays                                       float64
	volFast, volSlow                                                float64
	seasonRate, hourRate, shareRate                                 float64
	w1, w2, w3, w4, w5                                              float64
	acf, acfDay, weekGain                                           float64
	back, hold, resume, quiet, weak, ramp, adapt, open, runMin, cap float64
}{
	fast: 0.5, medium: 0.1, slow: 0.01, long: 0.001,
	mix: 0.01, scaleRate: 0.005, clip: 4,
	spanFloor: 0.05, longFloor: 0.85, stepFloor: 0.5, longFall: 0.000015,
	edge: 0.2, run: 1.2,
	p: 0.03, xi: 0.05, uRate: 0.035, bRate: 0.02, xClip: 6,
	nats:  6.3,
	short: 0.4, mid: 0.12, wide: 0.03,
	slowIn: 0.2, runTail: 0.1, corrTail: 0.3,
	suspect: 0.18, habit: 0.3, habitDays: 3,
	volFast: 0.1, volSlow: 0.01,
	seasonRate: 0.3, hourRate: 0.1, shareRate: 0.001,
	w1: 1, w2: 0.7, w3: 0.5, w4: 0.5, w5: 0.5,
	acf: 0.8, acfDay: 0.5, weekGain: 0.1,
	back: 2.5, hold: 4, resume: 5, quiet: 5, weak: 0.5, ramp: 0.7, open: 0.7, runMin: 10, cap: 1, adapt: 30,
}
