// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package stem takes the endings off English words.
package stem

import (
	"strings"
	"sync/atomic"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
	"github.com/cespare/xxhash/v2"
)

// entry is a word with its stem.
type entry struct{ word, stem string }

// seen holds the words read last, one a place. A template's words are read for its
// statement and again for its keywords, and software says the same words over and
// over.
var seen [1 << seenBits]atomic.Pointer[entry]

const (
	seenBits = 11
	maxBytes = 32 // of a word worth a place, so that seen stays below 256 KiB
)

// Of returns a word in lower case without its ending, by Porter2 (Porter 2001,
// Snowball: A language for stemming algorithms). It is safe for concurrent use.
func Of(word string) string {
	if len(word) > maxBytes {
		return porter(word)
	}
	place := &seen[xxhash.Sum64String(word)>>(64-seenBits)]
	e := place.Load()
	if e == nil || e.word != word {
		e = &entry{word: strings.Clone(word)}
		e.stem = porter(e.word)
		place.Store(e)
	}
	if strings.HasPrefix(word, e.stem) {
		return word[:len(e.stem)] // so that a caller keeps one text in memory, not two
	}
	return e.stem
}

func porter(word string) string {
	env := snowballstem.NewEnv(word)
	english.Stem(env)
	return env.Current()
}
