// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package repeat remembers what the latest batches were answered, so that one that is
// sent again gets the same answer and is not learnt twice. A sender does so when the
// component behind ours refused, because its queue was full, or when it did not wait
// for the answer.
//
// A batch is told by two numbers: a quick one, of its times and values, which every
// batch is asked for, and one of all its content, which is looked at when the quick
// one is known.
package repeat // import "github.com/otelcol-aiops/otelcol-aiops/internal/repeat"

import (
	"hash/maphash"
	"math/bits"
	"sync"
)

// seed makes the numbers ones that a sender cannot foresee.
var seed = maphash.MakeSeed()

// Key tells a batch from others.
type Key struct{ Quick, Full uint64 }

// Mix adds a number to a hash.
func Mix(h, v uint64) uint64 {
	// The multiply and fold of wyhash (Wang Yi, 2019).
	hi, lo := bits.Mul64(h^v^0x9e3779b97f4a7c15, v^bits.RotateLeft64(h, 29)^0xe7037ed1a0b428db)
	return hi ^ lo
}

// Text is the hash of a text.
func Text(s string) uint64 { return maphash.String(seed, s) }

// Bytes is the hash of some bytes.
func Bytes(b []byte) uint64 { return maphash.Bytes(seed, b) }

// Start is the hash to begin with.
var Start = maphash.String(seed, "batch")

// maxBatches is how many batches are remembered at most: those of 100 senders in a
// minute and a half.
const maxBatches = 8192

// Memory is safe for concurrent use.
type Memory[A any] struct {
	limit int // bytes

	mu     sync.Mutex
	known  map[Key]*item[A]
	quick  map[uint64]int // how many known batches have that number
	oldest *item[A]
	newest *item[A]
	bytes  int
}

type item[A any] struct {
	key    Key
	answer A
	size   int
	newer  *item[A]
}

// overhead is about what an item takes without its answer, in bytes.
const overhead = 128

// New returns a memory of at most so many bytes, and of one batch more.
func New[A any](limit int) *Memory[A] {
	return &Memory[A]{limit: limit, known: map[Key]*item[A]{}, quick: map[uint64]int{}}
}

// Maybe is true when a batch with that quick number is known.
func (m *Memory[A]) Maybe(quick uint64) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.quick[quick] > 0
}

// Recall returns the answer of a batch.
func (m *Memory[A]) Recall(key Key) (answer A, known bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i, known := m.known[key]
	if known {
		answer = i.answer
	}
	return answer, known
}

// Remember keeps the answer of a batch, of about size bytes, until newer ones need its
// place.
func (m *Memory[A]) Remember(key Key, answer A, size int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known[key] != nil {
		return
	}
	i := &item[A]{key: key, answer: answer, size: size + overhead}
	for m.oldest != nil && (m.bytes+i.size > m.limit || len(m.known) >= maxBatches) {
		m.forget()
	}
	m.known[key] = i
	m.quick[key.Quick]++
	m.bytes += i.size
	if m.newest != nil {
		m.newest.newer = i
	} else {
		m.oldest = i
	}
	m.newest = i
}

func (m *Memory[A]) forget() {
	i := m.oldest
	if m.oldest = i.newer; m.oldest == nil {
		m.newest = nil
	}
	delete(m.known, i.key)
	if m.quick[i.key.Quick]--; m.quick[i.key.Quick] == 0 {
		delete(m.quick, i.key.Quick)
	}
	m.bytes -= i.size
}
