// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package knowledge // import "github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"

// Matcher says what a line would be taken for, and learns nothing from it. It
// reads memory only and never waits for a store.
type Matcher interface {
	// Match returns what fits, the surest first, at most one for each partition.
	Match(q Query) []Match
}

// Query is a line to match.
type Query struct {
	Text string
	// Partition, when not nil, is the only one to look in.
	Partition *string
	// Resource, when not nil and Partition is, has the resource attributes that
	// say which partition to look in.
	Resource map[string]string
}

// Match is what a line would be taken for.
type Match struct {
	Partition string
	// Template and TemplateText are zero when How is Near.
	Template     ID
	TemplateText string
	Cluster      ID
	Keywords     []string
	Solution     string
	Noise        bool
	// Confidence is 1 when lines of exactly this form were seen, CoveredConfidence
	// when a template's pattern fits, and else the similarity to the nearest
	// representative of the cluster, in (0, CoveredConfidence]: 1 less the cosine or
	// Jaccard distance.
	Confidence float64
	How        How
}

// How says why a Match was found.
type How string

// The ways to match.
const (
	Known   How = "known"   // lines of this form were seen
	Covered How = "covered" // a template's pattern fits
	Same    How = "same"    // no template fits, but the cluster's statement is the line's
	Near    How = "near"    // neither, but the cluster's words are near
)

// CoveredConfidence is what a template that fits is worth when no line of the
// very form was seen.
const CoveredConfidence = 0.95
