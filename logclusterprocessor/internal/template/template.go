// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package template joins the shapes of lines into templates.
//
// A shape is the hash of a line's masked tokens. A template is a set of shapes,
// joined by edges that are only ever added. A store knows it by its root, the shape
// with the oldest birth, then the smallest hash, which stays when the template
// generalises; its records carry its public ID, the hash of what it has become, on
// which collectors agree that have seen the same lines in another order. Edges from
// several replicas merge in any order to one result.
package template // import "github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/template"

import (
	"sync/atomic"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"
)

// Template is a set of shapes that differ in what varies. P is what the caller
// keeps with it.
type Template[P any] struct {
	// Payload belongs to the caller. It does not move when the template is
	// absorbed by another.
	Payload atomic.Pointer[P]

	id     uint64
	birth  atomic.Int64
	parent atomic.Pointer[Template[P]]
	shown  atomic.Pointer[Entry[P]] // what the text is made from
	text   atomic.Pointer[rendering[P]]

	// Under the miner's mutex:
	first, end *Entry[P] // shapes and generalisations, in order of joining
	gone       bool
	kept       uint8 // shapes that it covers and that a store keeps
	mark       int64 // what the count was when the clock last came by
}

// ID is the hash of the root shape: what a store knows the template by.
func (t *Template[P]) ID() uint64 { return t.id }

// PublicID is the hash of what the template has become: of its widest
// generalisation, or of its only shape. It follows from the lines that were seen, in
// whatever order, and changes when a word turns out to vary: Outcome says so.
func (t *Template[P]) PublicID() uint64 { return t.shown.Load().shape }

// Birth is the event time of the root shape's first line, in Unix nanoseconds.
func (t *Template[P]) Birth() int64 { return t.birth.Load() }

// Root is the template that t was absorbed by, or t itself.
func (t *Template[P]) Root() *Template[P] {
	p := t.parent.Load()
	if p == nil {
		return t
	}
	for next := p.parent.Load(); next != nil; next = p.parent.Load() {
		// Path halving: every pointer only ever moves towards the root.
		t.parent.CompareAndSwap(p, next)
		t, p = p, next
	}
	return p
}

// rendering is a text and what it was made from.
type rendering[P any] struct {
	of   *Entry[P]
	text string
}

// Text is the template for people: constant text as it was first written, with
// placeholders for what varies. It changes only when Learn or Restore returns
// the template in its outcome.
func (t *Template[P]) Text() string {
	shown := t.shown.Load()
	if r := t.text.Load(); r != nil && r.of == shown {
		return r.text
	}
	text := Text(shown.text)
	t.text.Store(&rendering[P]{shown, text})
	return text
}

// Words are the constant words of the template in order.
func (t *Template[P]) Words() []string {
	var words []string
	for _, u := range mask.Decode(t.shown.Load().text, nil) {
		if u.Kind != mask.Punct && u.Const != "" {
			words = append(words, u.Const)
		}
	}
	return words
}

// Entry is a known shape, or a generalisation: a shape with words replaced by
// slots that stands for the shapes it covers.
type Entry[P any] struct {
	shape   uint64
	check   atomic.Uint64 // of mask.Line; 0 until a line of a restored shape comes
	tmpl    atomic.Pointer[Template[P]]
	founded atomic.Bool

	// Under the miner's mutex:
	text  string // encoded units; empty for a shape that a generalisation covers
	birth int64
	seq   uint64
	prev  *Entry[P] // the one before of the template
	next  *Entry[P] // the one after
	mark  int64     // what the count was when the clock last came by
	slots uint8     // how many words of a generalisation are slots; 0 for a shape
	gone  bool
	kept  bool // by a store, although its template covers it

	// Written with each batch, so not in the cache line that each record reads.
	count  atomic.Int64
	last   atomic.Int64
	stored stored // of whoever saves
}

// Shape is the hash of the masked line.
func (e *Entry[P]) Shape() uint64 { return e.shape }

// Template is the root template that the shape belongs to now. It is safe beside
// Learn and wait-free.
func (e *Entry[P]) Template() *Template[P] {
	t := e.tmpl.Load()
	if t.parent.Load() == nil {
		return t
	}
	root := t.Root()
	e.tmpl.CompareAndSwap(t, root)
	return root
}

// Seen adds n lines, the last of them at event time last (Unix nanoseconds).
// Callers add up the lines of a batch first.
func (e *Entry[P]) Seen(n, last int64) {
	e.count.Add(n)
	for {
		old := e.last.Load()
		if last <= old || e.last.CompareAndSwap(old, last) {
			return
		}
	}
}

// Founded says that the shape was a template of its own at first.
func (e *Entry[P]) Founded() bool { return e.founded.Load() }

// Found makes Founded true.
func (e *Entry[P]) Found() { e.founded.Store(true) }

// Count is how many lines of the shape were seen.
func (e *Entry[P]) Count() int64 { return e.count.Load() }

// LastSeen is the event time of the latest line, in Unix nanoseconds.
func (e *Entry[P]) LastSeen() int64 { return e.last.Load() }
