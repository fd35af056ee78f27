// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package paraphrase measures clusters on the messages of real programs, of
// which it is known which say the same in other words and which only look alike.
// It counts as score_meaning.py beside the data does.
package paraphrase

import (
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"strings"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
)

// English and Chinese are the languages there are.
const (
	English = "en"
	Chinese = "zh"
)

// Message is one message with typed <placeholders>.
type Message struct {
	Text    string
	Project string // the program that it is of
	Set     string // messages of one set mean the same; empty: of no set
}

// Pair is two messages, by number.
type Pair struct {
	A, B int
	Kind string // how they differ
}

// Data is all of one language. Messages are distinct.
type Data struct {
	Messages           []Message
	Positive, Negative []Pair
	Singles            []int // messages that nothing is known to be the same as
}

// Texts are the texts of all messages, in order.
func (d *Data) Texts() []string {
	out := make([]string, len(d.Messages))
	for i, m := range d.Messages {
		out[i] = m.Text
	}
	return out
}

// Load reads the messages of a language.
func Load(dir, language string) (*Data, error) {
	l := &loader{dir: filepath.Join(dir, "paraphrase"), where: map[string]int{}}
	if language != English {
		l.prefix = language + "_"
	}
	for _, row := range l.rows("sets.tsv", 3) {
		i := l.add(row[2], row[1])
		if m := &l.data.Messages[i]; m.Set == "" {
			m.Set = row[0]
		}
	}
	l.data.Negative = l.pairs("pairs_negative.tsv", 5)
	for _, row := range l.rows("singletons.tsv", 3) {
		l.data.Singles = append(l.data.Singles, l.add(row[2], row[1]))
	}
	l.data.Positive = l.pairs("pairs_positive.tsv", 4)
	return &l.data, l.err
}

type loader struct {
	dir, prefix string
	where       map[string]int // text to number
	data        Data
	err         error // the first
}

// rows are the fields of each line of a file, at least so many.
func (l *loader) rows(name string, fields int) [][]string {
	text, err := os.ReadFile(filepath.Join(l.dir, l.prefix+name))
	if errors.Is(err, os.ErrNotExist) {
		err = fmt.Errorf("%w (the paraphrases have no public home)", dataset.ErrMissing)
	}
	lines := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	out := make([][]string, 0, len(lines))
	for n, line := range lines {
		row := strings.Split(line, "\t")
		if err == nil && len(row) < fields {
			err = fmt.Errorf("%s:%d: %d fields, want %d", l.prefix+name, n+1, len(row), fields)
		}
		out = append(out, row)
	}
	if err != nil {
		l.err = errors.Join(l.err, err)
		return nil
	}
	return out
}

// pairs reads pairs of texts; those of a kind have it in the fifth column.
func (l *loader) pairs(name string, fields int) []Pair {
	rows := l.rows(name, fields)
	out := make([]Pair, 0, len(rows))
	for _, row := range rows {
		p := Pair{A: l.add(row[0], row[2]), B: l.add(row[1], row[3])}
		if len(row) > 4 {
			p.Kind = row[4]
		}
		out = append(out, p)
	}
	return out
}

// add returns the number of a message. The source is project:number.
func (l *loader) add(text, source string) int {
	i, ok := l.where[text]
	if !ok {
		i = len(l.data.Messages)
		l.where[text] = i
		project, _, _ := strings.Cut(source, ":")
		l.data.Messages = append(l.data.Messages, Message{Text: text, Project: project})
	}
	return i
}

// Half is 0 or 1: the projects are split by a hash (FNV-1a, lowest bit) of their
// name, so that rules chosen on one half can be judged on the other.
func Half(project string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(project))
	return int(h.Sum32() & 1)
}

// Opposites reads the pairs of opposites of the English lexicon.
func Opposites(dir string) ([][2]string, error) {
	text, err := os.ReadFile(filepath.Join(dir, "lexicon", "lexicon_en.tsv"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w (the pairs of opposites have no public home)", dataset.ErrMissing)
	}
	if err != nil {
		return nil, err
	}
	var out [][2]string
	for line := range strings.Lines(string(text)) {
		row := strings.Split(line, "\t")
		if a, b, ok := strings.Cut(row[min(1, len(row)-1)], " <> "); ok && row[0] == "OPPOSITE" {
			out = append(out, [2]string{a, b})
		}
	}
	return out, nil
}
