// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package series // import "github.com/otelcol-aiops/otelcol-aiops/internal/series"

import "unsafe"

// Cursor goes through the streams of a map for one caller. It leaves at each
// stream which one came after it: a source sends its streams in the same order
// time after time, so the next one is mostly found without a search, and is on its
// way from memory while the one before it is worked on. The zero value is at no
// stream.
type Cursor[S any] struct{ at *entry[S] }

// next is the stream that came after this one the last time, or nil.
func (c *Cursor[S]) next() *entry[S] {
	if c.at == nil {
		return nil
	}
	return c.at.next.Load()
}

// move goes to a stream and asks for the memory of the one after it.
func (c *Cursor[S]) move(e *entry[S]) {
	if c.at != nil && c.next() != e {
		c.at.next.Store(e)
	}
	c.at = e
	if next := c.next(); next != nil {
		prefetch(unsafe.Pointer(next), unsafe.Sizeof(*next)) //nolint:gosec // an address only
	}
}
