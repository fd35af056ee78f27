// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package detect

import "time"

// What was chosen by trying, the same for every stream. docs/decisions/anomalies.md
// says how, and what each part is worth. A rate is the weight of a new value in an
// exponentially weighted mean: 1/rate values are its memory.
const (
	// Levels of the prediction, and the level of long that drifts are seen from.
	fastRate, mediumRate, slowRate, longRate = 0.5, 0.1, 0.01, 0.001
	mixRate                                  = 0.01 // of the weights by which levels are mixed

	// The size of the prediction's error.
	scaleRate  = 0.005
	forgetRate = 0.000015 // of the scale of long, when errors get smaller,
	forgetDays = 46       // but where values are few, in so many days at most
	phaseRate  = 0.1      // of the size by phase of the season, times scaleRate
	noiseFast  = 0.1      // short and long memory of the size of errors, whose
	noiseSlow  = 0.01     // ratio is the evidence of a change of variance

	// Floors of sigma: shares of the scale of long, of the median change, of the
	// span of values, and of the season's change between neighbouring buckets.
	longFloor, strideFloor, spanFloor, edgeFloor = 1.1, 0.5, 0.05, 0.2

	limitAt   = 4   // sigmas of surprise that are believed
	runGrowth = 1.2 // growth of that, for each value in a row that surprises

	// The sum of what is small and lasts (CUSUM, Page 1954), in sigmas: a value adds
	// its error less the slack, at most sumLimit of it.
	sumSlack, sumLimit, sumMost = 1.1, 4.0, 40.0

	// Tails of the evidence.
	tailShare    = 0.03  // of the values are in it
	tailShape    = 0.1   // of the generalised Pareto distribution
	quantileRate = 0.035 // in mean excesses
	excessRate   = 0.02
	quantileFrom = 300 // values that what is known of any stream counts for, in the quantile
	excessFrom   = 10  // and in the mean excess, of those in the tail
	excessLimit  = 6   // mean excesses that one value can teach

	// Rare values within repeatWithin of each other are one (runs declustering):
	// the later ones teach this much of what the first does, and that to a power
	// in the channels whose evidence changes slowly.
	repeatWithin = 10 * time.Minute // or, where that is longer,
	repeatValues = 3
	repeatWeight = 0.1
	soonWeight   = 0.3 // and the usual values among them this much
	repeatPower  = 0.3
	suspectScore = 0.18 // from where on a value is rare in that sense

	threshold   = 6.3 // nats of rarity that make a score of 1, of a value a minute, where usualAlarms are asked for
	usualAlarms = 0.7 // a week
	perInterval = 0.4 // less for each e-fold of the interval: fewer values are fewer chances
	leastNats   = 4.0 // however seldom values come
	unsure      = 80  // values after which twice that is needed, falling as their number grows
	habitCost   = 0.3 // growth of the threshold for each incident a day
	habitDays   = 3   // time constant of their count
	habitLeast  = 0.5 // days that a stream is taken to be old at least

	// What recurs.
	recurWithin  = 30 * time.Minute
	recurShare   = 0.7             // of its size
	weeklyWithin = 2 * time.Minute // of a week, when one takes the place of the other
	alikeTimes   = 4               // in a week, not all in one day,
	alikeWithin  = 0.05            // of its size
	recurLonger  = 1.5             // times as long is news
	knownWeight  = 0.4             // of the score of what is known

	// An incident.
	openScore    = 0.7  // begins it
	holdScore    = 1.01 // while it goes on: enough for an alert on a score above 1
	incidentRate = 0.2  // of learning while it is open, relative to other times
	offBeyond    = 3    // sigmas from the level before that are off
	stayShare    = 0.75 // of the mean distance so far that is still away
	backWithin   = 2.5  // sigmas from the level before that are back
	restoreAfter = 2    // values in a row that are back
	backWeight   = 0.5  // of a score when a value is back
	calmAfter    = 5    // values in a row that end it
	leastAdapt   = 12   // values, when they come seldom, that make a new normal
	homeWithin   = 0.25 // of the way from home that is still home
	homeAfter    = 3    // values in a row at the level before the new normal that bring it back
	resumeAfter  = 5    // values after a long gap that are not judged
	leanBy       = 1.5  // sigmas between levels that are a move in progress
	rampShare    = 0.7  // of the distance, risen while it was open, that is a trend
	wilderBy     = 1.5  // times the usual error

	// Values that are held.
	holdTimes = 16 // changes when they are due make a stream one of held values
	holdLeast = 4  // values for which one is held at least

	// The season.
	teachAtMost         = 5.0    // sigmas from what was expected, in an incident
	seasonRate          = 0.3    // of a bucket, for each cycle
	youngCycles         = 3      // learnt of a bucket, under which a season is young: errors so far count as a day's
	shareRate           = 0.0005 // of how much the season explains
	periodCorrelation   = 0.8    // at a period nobody would guess
	calendarCorrelation = 0.5    // at a day or a week
	weekGain            = 0.1    // by which a week explains more than a day
)

// weights are of the channels' rarity. What lasts is seen in many values in a row,
// which are not as many chances.
var weights = [channels]float64{point: 1, sum: 0.85, variance: 0.5}
