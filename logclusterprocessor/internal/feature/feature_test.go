// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package feature_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/feature"
)

var update = flag.Bool("update", false, "write the golden files")

var kinds = map[feature.Kind]string{feature.Word: "word", feature.Sense: "sense", feature.Object: "object", feature.Pair: "pair"}

// testdata/terms.golden: a template, then its terms indented, as
// kind text "surface" weight.
func TestTermsGolden(t *testing.T) {
	const path = "testdata/terms.golden"
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	var got strings.Builder
	for _, line := range strings.Split(strings.TrimSpace(string(raw)), "\n") {
		if strings.HasPrefix(line, "  ") {
			continue
		}
		fmt.Fprintln(&got, line)
		for _, term := range (feature.Extractor{}).Terms(strings.Fields(line)) {
			common := ""
			if term.Common {
				common = " common"
			}
			if term.Part {
				common += " part"
			}
			fmt.Fprintf(&got, "  %s %s %q %.2f%s\n", kinds[term.Kind], term.Text, term.Surface, term.Weight, common)
		}
	}
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got.String()), 0o600))
	}
	require.Equal(t, string(raw), got.String(), "run with -update if this is as it should be")
}

// How the words are cut must not matter: a whole line, or its words.
func TestTermsOfALineAreThoseOfItsWords(t *testing.T) {
	const line = "Cannot find file <path>: no such file or directory. Please check."
	require.Equal(t, feature.Extractor{}.Terms([]string{line}), feature.Extractor{}.Terms(strings.Fields(line)))
}

func FuzzTerms(f *testing.F) {
	for _, s := range []string{
		"Table not found: <*>", "can't", "'", "a. Try if not found.", "<", "<*", "a.b.C_d-e", "\xff\xfe", "数据", "İI", "no .. exists", strings.Repeat("x ", 1000),
		"'’'’t n't n’t can’t ’", strings.Repeat("not ", 300) + "found", strings.Repeat("登录", 200), "a\u0301\u0301\u0301 e\u0301rror", "ﬁle ΣΊΣΥΦΟΣ straßE İıIi",
		"<<<<<*>>>>> <a<b>c> <-> <:>", "::: : :a: a:::b", "IDs HTTPSConnectionPoolsX aB cD3eF", "because because due to because not", "\u200d\u200b\ufeff not\u00a0found", "\"\"\" '' `` “” \"not found\".!?;",
		"table table table not not not found found", "คำสั่งล้มเหลว ตาราง ファイル not 見つかりません", "amd<num>ssh<num> blk_<*> x<*>y<*>z", "not\xffnot\xc3(found) \xed\xa0\x80",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		terms := feature.Extractor{}.Terms(strings.Fields(s))
		require.Equal(t, terms, feature.Extractor{}.Terms(strings.Fields(s)))
		seen := map[uint64]bool{}
		for _, term := range terms {
			require.False(t, seen[term.Dim], "%q twice", term.Text)
			seen[term.Dim] = true
			require.Positive(t, term.Weight)
			require.LessOrEqual(t, term.Weight, float32(1))
			require.True(t, !utf8.ValidString(s) || utf8.ValidString(term.Surface))
		}
		require.LessOrEqual(t, len(terms), 300)
		v := feature.NewVocabulary(feature.Options{})
		v.Add(terms)
		vec := v.Freeze().Vector(terms)
		for i := range vec {
			require.Positive(t, vec[i].Weight)
			require.True(t, i == 0 || vec[i-1].Dim < vec[i].Dim, "dimensions out of order")
		}
		if len(terms) > 0 {
			require.InDelta(t, 1, vec.Norm(), 1e-5)
		}
	})
}

func FuzzLexicon(f *testing.F) {
	f.Add(feature.LexiconText[:2000])
	f.Add("[problem]\nx: =y .. z; ..")
	f.Fuzz(func(_ *testing.T, s string) {
		_ = feature.ParseLexicon(s)
	})
}

func TestLexiconErrorsNameTheLine(t *testing.T) {
	require.NoError(t, feature.ParseLexicon(feature.LexiconText))
	for text, want := range map[string]string{
		"[problems]":                       `lexicon line 1: unknown section "problems"`,
		"\nword":                           "lexicon line 2: outside of a section",
		"[problem]\nnot found":             "lexicon line 2: want NAME: phrase; phrase",
		"[event]\nup: rising\nhigh: rises": `lexicon line 3: phrase "rises" stands for "up" already`,
		"[filler]\nof\n[event]\nx: y;; of": `lexicon line 4: phrase "" is empty or all filler`,
	} {
		require.EqualError(t, feature.ParseLexicon(text), want)
	}
}

func BenchmarkTerms(b *testing.B) {
	words := strings.Fields("Cannot open file <path> for user <*>: Permission denied, retrying in <num> seconds")
	b.ReportAllocs()
	for b.Loop() {
		feature.Extractor{}.Terms(words)
	}
}

func BenchmarkVector(b *testing.B) {
	terms := feature.Extractor{}.Terms(strings.Fields("Cannot open file <path> for user <*>: Permission denied, retrying in <num> seconds"))
	space := feature.NewVocabulary(feature.Options{}).Freeze()
	b.ReportAllocs()
	for b.Loop() {
		space.Vector(terms)
	}
}
