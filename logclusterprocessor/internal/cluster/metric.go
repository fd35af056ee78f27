// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"fmt"
	"math"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/feature"
)

// Distance is how far two vectors are apart.
type Distance uint8

const (
	Cosine Distance = iota
	Euclidean
	Manhattan
	// Jaccard is 1 - sum of minima / sum of maxima, on binary vectors the share of terms not in common.
	Jaccard
)

var distanceNames = []string{"cosine", "euclidean", "manhattan", "jaccard"}

func (d Distance) String() string { return distanceNames[d] }

// ParseDistance reads the configuration's name of a distance.
func ParseDistance(s string) (Distance, error) {
	for i, name := range distanceNames {
		if s == name {
			return Distance(i), nil
		}
	}
	return 0, fmt.Errorf("distance %q: want one of %q", s, distanceNames)
}

// size is what a distance needs to know of one vector alone.
type size struct{ norm, sum float64 }

func sizeOf(v feature.Vector) size { return size{v.Norm(), v.Sum()} }

// share is what one common dimension adds to what two vectors have in common.
func (d Distance) share(a, b float32) float64 {
	if d == Cosine || d == Euclidean {
		return float64(a) * float64(b)
	}
	return float64(min(a, b))
}

// of turns what two vectors have in common into their distance. An empty vector
// is at the largest cosine and Jaccard distance, 1, from everything.
func (d Distance) of(a, b size, common float64) float64 {
	switch d {
	case Euclidean:
		return math.Sqrt(max(0, a.norm*a.norm+b.norm*b.norm-2*common))
	case Manhattan:
		return max(0, a.sum+b.sum-2*common)
	case Jaccard:
		if union := a.sum + b.sum - common; union > 0 {
			return max(0, 1-common/union)
		}
		return 1
	default:
		if n := a.norm * b.norm; n > 0 {
			return max(0, 1-common/n)
		}
		return 1
	}
}

// least returns the smallest common share with which a vector of size a can be
// within t of any other vector; the bound that lets an Index skip candidates.
func (d Distance) least(a size, t float64) float64 {
	switch d {
	case Euclidean:
		// |a|²+|b|²-2c <= t² and c <= |a||b|: (|b|-|a|)² <= t², and the left side is least in |b| at 0.
		b := max(0, a.norm-t)
		return (a.norm*a.norm + b*b - t*t) / 2
	case Manhattan:
		return a.sum - t // b >= c
	case Jaccard:
		return (1 - t) * a.sum // union >= a
	default:
		return 1 - t // in units of both norms
	}
}

// Similarity is 1 for equal vectors of length 1 and falls with their distance: 1 - d
// for cosine and Jaccard, the cosine itself for Euclidean.
func (d Distance) Similarity(distance float64) float64 {
	switch d {
	case Euclidean:
		return max(0, 1-distance*distance/2)
	case Manhattan:
		return 1 / (1 + distance)
	default:
		return max(0, 1-distance)
	}
}

// common returns what two vectors have in common.
func (d Distance) common(v, w feature.Vector) float64 {
	if d == Cosine || d == Euclidean {
		return v.Dot(w)
	}
	return v.Overlap(w)
}

// Between returns the distance of two vectors.
func (d Distance) Between(v, w feature.Vector) float64 {
	return d.of(sizeOf(v), sizeOf(w), d.common(v, w))
}

// Linkage is how far two groups are apart, given the distances of their members.
type Linkage uint8

const (
	Average Linkage = iota
	Complete
	Single
	// Ward is the growth in variance, as scipy scales it; Euclidean only.
	Ward
)

var linkageNames = []string{"average", "complete", "single", "ward"}

func (l Linkage) String() string { return linkageNames[l] }

// ParseLinkage reads the configuration's name of a linkage.
func ParseLinkage(s string) (Linkage, error) {
	for i, name := range linkageNames {
		if s == name {
			return Linkage(i), nil
		}
	}
	return 0, fmt.Errorf("linkage %q: want one of %q", s, linkageNames)
}

// CheckPair refuses Ward with a distance other than Euclidean, for which its
// variance has no meaning.
func CheckPair(l Linkage, d Distance) error {
	if l == Ward && d != Euclidean {
		return fmt.Errorf("linkage ward needs distance euclidean, not %s", d)
	}
	return nil
}

// defaultThresholds are the largest at which labelled messages, streamed in
// windows of 10, merge with a pairwise precision of about 0.8
// (docs/semantic-clusters.md). Distances are of vectors of length 1.
var defaultThresholds = map[Linkage]map[Distance]float64{
	Average:  {Cosine: DefaultMergeThreshold, Euclidean: 1, Manhattan: 1.9, Jaccard: 0.7},
	Complete: {Cosine: 0.5, Euclidean: 1, Manhattan: 2, Jaccard: 0.7},
	Single:   {Cosine: 0.4, Euclidean: 0.88, Manhattan: 1.5, Jaccard: 0.6},
	Ward:     {Euclidean: 1},
}

// DefaultThreshold returns the threshold, in units of the distance, that suits
// templates; 0 for a pair that CheckPair refuses.
func DefaultThreshold(l Linkage, d Distance) float64 { return defaultThresholds[l][d] }
