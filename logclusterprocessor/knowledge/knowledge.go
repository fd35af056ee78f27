// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package knowledge is the seam between log_cluster processors and an extension
// that keeps what they learn. The processor owns the interfaces; it works
// without an implementation, in memory.
//
// The state of a partition is a set of rows, and so is a change of it. Rows of
// several processors merge in any order: of two births the older holds, counts
// add up, an alias joins what it names. Where two processors put one template
// into different clusters, the base decides, and tells both.
package knowledge // import "github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"

import (
	"context"
	"fmt"
)

// Base keeps knowledge for longer than a process lives. An extension that
// implements it can be named under knowledge_base in the processor's
// configuration.
type Base interface {
	// Join connects a processor for as long as it runs. It does not wait for
	// anything, whatever the state of the store.
	Join(p Processor) Session
}

// Session is a processor's connection to a base. Its methods may be called
// concurrently.
type Session interface {
	// Loaded waits until all that the base knows has been given to the processor.
	// It returns early when ctx ends or the store cannot be read; the session then
	// goes on trying.
	Loaded(ctx context.Context) error
	// Save adds changes, each of another partition, in one transaction, beside the
	// flow. After an error nothing is saved, and the processor offers the same again
	// with what came since. forgotten are templates by partition that the base does not
	// know (their retention was over), as it may have found out since the last Save:
	// they are to be offered again, in full. A processor asks so without a change, too.
	Save(ctx context.Context, changes []Change) (forgotten map[string][]ID, err error)
	// Health is what is wrong with the store at the moment, nil when nothing is.
	Health() error
	// Leave ends the session and waits for running calls of the processor's
	// methods.
	Leave()
}

// Processor is what a session calls. Methods may be called concurrently.
type Processor interface {
	Matcher
	// Apply takes in rows: everything about the partition when all is true, else
	// what others changed. It is false when the processor does not hold the
	// partition, and for all when it has no room for it.
	Apply(partition string, rows Rows, all bool) bool
	// Lead says whether the processor is the one that re-clusters a partition. Until
	// it is told, it does.
	Lead(partition string, leads bool)
	// Partitions returns the names of the partitions that the processor holds.
	Partitions() []string
	// Versions says what the processor makes shapes and statements with. All about a
	// partition whose clock has other versions comes with its samples.
	Versions() Versions
}

// Versions name what shapes and statements were made with. Shapes of another
// masker are never seen again, other statements are other clusters.
type Versions struct {
	Masker, Statements uint64
}

// ID names a template or a cluster: 16 hex digits when written.
type ID uint64

// String writes an ID as 16 hex digits.
func (id ID) String() string { return fmt.Sprintf("%016x", uint64(id)) }

// Rows is the state of a partition, or a change of it.
type Rows struct {
	Shapes    []Shape    // keyed by Hash and Slots, in the order of Seq
	Templates []Template // keyed by ID, in the order of birth
	Clusters  []Cluster  // keyed by ID, in the order of birth
	Aliases   []Alias    // keyed by Kind and From, in the order of joining
	Clock     *Clock     // one a partition; nil when unchanged

	Samples []Sample // to the base; from it when the processor's Versions are not the clock's

	Solutions []Solution // from the base only
}

// Change is what was learnt of a partition since the last Save.
type Change struct {
	Partition string
	Rows      Rows
}

// Empty is true when there is nothing to save.
func (r *Rows) Empty() bool {
	return len(r.Shapes)+len(r.Templates)+len(r.Clusters)+len(r.Aliases)+len(r.Samples) == 0 && r.Clock == nil
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
	Count    int64  // lines seen; to the base: since the last Save
	Saved    bool   // to the base: it has the shape, and nothing but Count and LastSeen is new
}

// Template is a set of shapes. Its counts are the base's to add up.
type Template struct {
	ID         ID
	Cluster    ID
	Text       string // for people
	Birth      int64  // of its oldest shape
	Represents bool   // it stands for its cluster
	Placed     bool   // a person put it into its cluster: its statement does not move it
}

// Cluster is a set of templates that mean the same.
type Cluster struct {
	ID       ID
	Birth    int64 // of the template that founded it
	Keywords []string
	Category ID   // that of the oldest cluster of its category
	Noise    bool // from the base only: a person marked it
}

// Alias says that what was emitted as From is part of To now.
type Alias struct {
	Kind Kind
	From ID
	To   ID
	At   int64 // event time of the merge, ns since 1970
	// Person is true for a cluster that a person made part of another: whatever
	// comes to have the statement of From goes there as well; when To is From, the person
	// has taken that back. Otherwise From is what a template was in before it generalised.
	Person bool
	// Outdated is true, to the base only, for a template of other Versions: the shapes
	// of From are of no use any more.
	Outdated bool
}

// Kind is what an Alias joins.
type Kind string

// The kinds of aliases.
const (
	KindTemplate Kind = "template"
	KindCluster  Kind = "cluster"
)

// Sample is a line as it came, cut to a length.
type Sample struct {
	Template ID
	Shape    ID
	At       int64 // event time, ns since 1970
	Text     string
}

// Clock is where a partition stands in its stream. Births order what was learnt.
type Clock struct {
	Boundary   int64  // tick at which the open window ends
	Birth      int64  // of the youngest shape
	Space      int64  // birth up to which templates count in the vocabulary in force
	Closed     int64  // birth up to which windows are closed
	Ordinal    int64  // records so far
	Categories [][]ID // clusters whose categories the last closed window joins, in force from Boundary on
	Versions   Versions
	Done       bool   // the clustering of the last closed window is in Categories or in force
	By         string // what Boundary and Ordinal count, as window::by; empty before it was kept
}

// Solution is what an engineer wrote down for a cluster; an empty text clears it.
type Solution struct {
	Cluster ID
	Text    string
}
