// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package knowledge is the seam between the log_cluster processor and an
// extension that keeps what the processor learns. The processor owns the
// interface; it works without an implementation, in memory.
//
// The state of a partition is a set of rows. A delta is rows too: Save puts
// each over the one of the same key and takes away what Gone lists, so that
// the sum of all deltas, in any batching, is the state that Load returns.
package knowledge // import "github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"

import (
	"context"
	"fmt"
)

// Base keeps knowledge for longer than a process lives. An extension that
// implements it can be named under knowledge_base in the processor's
// configuration. Methods may be called concurrently, though for one partition
// never two at a time.
type Base interface {
	// Load calls restore for every partition with all its rows. It is called
	// once, before the first record.
	Load(ctx context.Context, restore func(partition string, rows Rows) error) error
	// Save adds a delta to a partition. It is called beside the flow; after an
	// error the same rows come again with the next delta.
	Save(ctx context.Context, partition string, delta Rows) error
	// Watch calls apply whenever solutions change, from any source, with the
	// current text of each that changed, and once with all of them at the
	// start. It returns a function that ends this and waits for a running call.
	Watch(apply func(partition string, solutions []Solution)) (stop func(), err error)
}

// ID names a template or a cluster: 16 hex digits when written.
type ID uint64

// String writes an ID as 16 hex digits.
func (id ID) String() string { return fmt.Sprintf("%016x", uint64(id)) }

// Rows is the state of a partition, or a change of it.
type Rows struct {
	Shapes   []Shape   // keyed by Hash and Slots, in the order of Seq
	Clusters []Cluster // keyed by ID, in the order of birth
	Aliases  []Alias   // keyed by Kind and From
	Clock    *Clock    // one a partition; nil when unchanged
	Gone     Gone      // what is no more: evicted, or part of another

	Templates []Template // keyed by ID, in the order of birth
	Samples   []Sample   // to the base only
	Solutions []Solution // from the base only, as those below
	Apart     [][2]ID    // clusters that a person took apart
}

// Empty is true when there is nothing to save.
func (r *Rows) Empty() bool {
	return len(r.Shapes)+len(r.Clusters)+len(r.Aliases)+len(r.Gone.Shapes)+len(r.Gone.Clusters) == 0 && r.Clock == nil
}

// Shape is one masked form of a line, the atom that templates are made of, or a
// generalisation of several.
type Shape struct {
	Hash     ID
	Slots    uint8  // words that a generalisation replaced; 0 for the form of a line
	Seq      uint64 // order of learning
	Template ID     // the template it belongs to now
	Founded  bool   // it was a template of its own at first
	Masked   string // as the masker encodes it; empty when a generalisation covers it
	Birth    int64  // event time of the first line, ns since 1970
	LastSeen int64  // event time of the latest line, ns since 1970
	Count    int64  // lines seen
}

// Cluster is a set of templates that mean the same.
type Cluster struct {
	ID              ID
	Birth           int64 // of its oldest template
	Templates       []ID
	Representatives []ID
	Keywords        []string
	Noise           bool // from the base only: a person marked it
}

// Template is a set of shapes. Its counts are the base's to add up.
type Template struct {
	ID         ID
	Cluster    ID
	Text       string // for people
	Birth      int64  // of its oldest shape
	Represents bool   // it stands for its cluster
}

// Sample is a line as it came, cut to a length.
type Sample struct {
	Template ID
	Shape    ID
	At       int64 // event time, ns since 1970
	Text     string
}

// Alias says that what was emitted as From is part of To now.
type Alias struct {
	Kind Kind
	From ID
	To   ID
	At   int64 // event time of the merge, ns since 1970
}

// Kind is what an Alias joins.
type Kind string

// The kinds of aliases.
const (
	KindTemplate Kind = "template"
	KindCluster  Kind = "cluster"
)

// Clock is where a partition stands in its stream. Births order what was learnt.
type Clock struct {
	Boundary int64     // tick at which the open window ends
	Birth    int64     // of the youngest shape
	Space    int64     // birth up to which templates count in the vocabulary in force
	Closed   int64     // birth up to which windows are closed
	Ordinal  int64     // records so far
	Pending  []Finding // of the last closed window, in force from Boundary on
	Done     bool      // the clustering of the last closed window is in Pending or in force
}

// Finding says that clusters are one, the oldest first, and what stands for it.
type Finding struct {
	Clusters        []ID
	Representatives []ID
	Keywords        []string
}

// ShapeKey is the key of a Shape.
type ShapeKey struct {
	Hash  ID
	Slots uint8
}

// Gone lists what is no more.
type Gone struct {
	Shapes   []ShapeKey
	Clusters []ID
}

// Solution is what an engineer wrote down for a cluster; an empty text clears it.
type Solution struct {
	Cluster ID
	Text    string
}
