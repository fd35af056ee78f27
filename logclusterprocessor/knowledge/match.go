// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package knowledge // import "github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"

// Matcher says what a line would be taken for, and learns nothing from it. It
// reads memory only and never waits for a store.
type Matcher interface {
	// Match returns what a text may be about, as Best has it.
	Match(q Query) []Match
	// Related returns the clusters of a partition that are nearest to one of them in
	// words, the nearest first. Near is not the same: nothing joins them.
	Related(partition string, cluster ID) []Related
	// Explain says how a line is read, and which cluster it goes to in a partition.
	Explain(q Query) Explanation
}

// Related is a cluster that is near another.
type Related struct {
	Cluster  ID
	Text     string // of its oldest template
	Keywords []string
	Solution string
	Distance float64 // as clustering::distance measures it
}

// Query is a text to match: a log line, or what people paste of it.
type Query struct {
	Text string
	// Partition, when not nil, is the one that the text is most likely of.
	Partition *string
	// Resource, when not nil and Partition is, has the resource attributes that
	// say which partition that is.
	Resource map[string]string
	// Limit is how many matches to return; 0 is DefaultLimit.
	Limit int
}

// Match is what a text may be about.
type Match struct {
	Partition string
	// Elsewhere is true of another partition than the one that was told.
	Elsewhere bool
	// Line is the part of the text that was matched.
	Line string
	// Text is of the template that was found.
	Text string
	// Template and TemplateText are zero when How is Near.
	Template     ID
	TemplateText string
	Cluster      ID
	Keywords     []string
	Solution     string
	Noise        bool
	// Confidence is how likely it is that this is what the text is about: 1 when lines
	// of exactly this form were seen, CoveredConfidence when a template's pattern fits,
	// else what a model says that was fitted to texts whose meaning is known. With Sure
	// or more it is an answer, with less an offer.
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

// Sure is the least confidence of an answer.
const Sure = 0.6

// CoveredConfidence is what a template that fits is worth when no line of the
// very form was seen.
const CoveredConfidence = 0.95

// Explanation is how a line is read, step by step.
type Explanation struct {
	// Carrier is what was told from the message, from the outside in.
	Carrier []Part
	Level   string
	Message string
	// Template is the text of the line's template, and TemplateID its ID where the
	// partition knows it; else it is the line with its values masked.
	Template   string
	TemplateID ID
	// Statement is what decides: messages with equal ones are one cluster.
	Statement Statement
	// Partition is where Cluster was looked for, nil where it was not.
	Partition *string
	Cluster   ID
	// By is why the line goes to Cluster.
	By By
}

// Part is a piece of a line's carrier.
type Part struct {
	Kind string // such as time, level, host
	Text string
}

// Statement is what a message says, reduced to what decides its meaning.
type Statement struct {
	Key       string // canonical text
	Failed    bool
	Negations int
	Succeeded bool
	UnderWay  bool
	Senses    []string
	Words     []string
}

// By is who decides about a cluster.
type By string

// What a line may go to a cluster by.
const (
	ByStatement By = "statement"
	ByPerson    By = "person" // who joined clusters, or took a template out of one
)
