// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package ask measures what a knowledge base answers to questions in other words: of
// texts that are known to mean the same as something in it, and of texts that mean
// something else.
package ask

import (
	_ "embed"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/paraphrase"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/wild"
)

// Wording is a message with typed <placeholders>; those of one set mean the same.
type Wording struct {
	Text string
	Set  string // empty: nothing is known to mean the same
}

// Set is a base and the questions to it.
type Set struct {
	Name      string
	Known     []Wording // in the base
	Questions []Wording
	// Kept says that Questions are of the half that nothing was chosen on.
	Kept bool
}

// questions.tsv has questions as people ask them.
//
//go:embed testdata/questions.tsv
var byHand string

// Load makes the bases: of the paraphrases, error catalogues and wild pairs of a
// language one for each half of the sources, and one of the questions by hand in the
// whole base of English.
func Load(dir string, seed uint64) ([]Set, error) {
	var out []Set
	for _, language := range []string{paraphrase.English, paraphrase.Chinese} {
		all, err := wordings(dir, language)
		if err != nil {
			return nil, err
		}
		for half := range 2 {
			s := divide(dataset.Random(seed), all[half])
			s.Name, s.Kept = fmt.Sprintf("%s, half %d", language, half), half == 1
			out = append(out, s)
		}
		if language == paraphrase.English {
			out = append(out, asked(append(all[0], all[1]...)))
		}
	}
	return out, nil
}

// wordings are those of each half of the sources.
func wordings(dir, language string) (halves [2][]Wording, err error) {
	seen := map[string]bool{}
	add := func(half int, text, set string) {
		if !seen[text] {
			seen[text] = true
			halves[half] = append(halves[half], Wording{text, set})
		}
	}
	d, err := paraphrase.Load(dir, language)
	if err != nil {
		return halves, err
	}
	for _, m := range d.Messages {
		add(paraphrase.Half(m.Project), m.Text, m.Set)
	}
	w, err := wild.Load(dir)
	if err != nil {
		return halves, err
	}
	for _, kind := range []string{"_same", "_different"} {
		for i, p := range w.Pairs[language+kind] {
			for _, text := range p {
				set := ""
				if kind == "_same" {
					set = fmt.Sprint("pair", i)
				}
				add(halfOf(fmt.Sprint(language, kind, i)), plain(text), set)
			}
		}
	}
	if language != paraphrase.English {
		return halves, nil
	}
	text, err := os.ReadFile(filepath.Join(dir, "errors", "concepts_spark_tidb.tsv"))
	if errors.Is(err, os.ErrNotExist) {
		err = fmt.Errorf("%w (the concepts have no public home)", dataset.ErrMissing)
	}
	for line := range strings.Lines(string(text)) {
		if row := strings.Split(strings.TrimRight(line, "\n"), "\t"); len(row) == 3 {
			add(halfOf(row[0]), row[2], row[0])
		}
	}
	return halves, err
}

// plain writes «n» as <int> and other «placeholders» as <placeholders>.
func plain(text string) string {
	return strings.NewReplacer("«n»", "<int>", "«ip»", "<host>", "«", "<", "»", ">").Replace(text)
}

func halfOf(source string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(source))
	return int(h.Sum32() & 1)
}

// divide puts one wording of most sets, and three in four of the other texts, into the
// base, and asks for all the rest.
func divide(r *rand.Rand, all []Wording) (s Set) {
	has := map[string]bool{}
	for _, i := range r.Perm(len(all)) {
		w := all[i]
		if w.Set == "" && r.IntN(4) > 0 || w.Set != "" && !has[w.Set] && r.IntN(8) > 0 {
			has[w.Set] = w.Set != ""
			s.Known = append(s.Known, w)
		} else {
			s.Questions = append(s.Questions, w)
		}
	}
	return s
}

// asked puts the lines of the questions by hand among all others.
func asked(others []Wording) Set {
	s := Set{Name: "by hand"}
	for line := range strings.Lines(byHand) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		known, question, _ := strings.Cut(strings.TrimRight(line, "\n"), "\t")
		w := Wording{Text: question}
		if known != "" {
			w.Set = "by hand " + known
			s.Known = append(s.Known, Wording{known, w.Set})
		}
		s.Questions = append(s.Questions, w)
	}
	step := max(1, len(others)/len(s.Known))
	mixed := make([]Wording, 0, len(others)+len(s.Known))
	for i, w := range others {
		if i%step == 0 && i/step < len(s.Known) {
			mixed = append(mixed, s.Known[i/step])
		}
		mixed = append(mixed, w)
	}
	s.Known = mixed
	return s
}
