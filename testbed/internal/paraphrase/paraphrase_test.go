// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package paraphrase

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/harness"
)

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(dir, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	_, err := Load(dir, Chinese)
	require.ErrorIs(t, err, dataset.ErrMissing)

	sub := filepath.Join(dir, "paraphrase")
	write(t, sub, "zh_sets.tsv", "s1\tglibc:1\ta\ns1\ttar:2\tb\ns2\ttar:3\ta\n")
	write(t, sub, "zh_pairs_positive.tsv", "a\tb\tglibc:1\ttar:2\n")
	write(t, sub, "zh_pairs_negative.tsv", "a\tc\tglibc:1\tsed:4\tobject\n")
	write(t, sub, "zh_singletons.tsv", "-\tapt:5\td\n")
	d, err := Load(dir, Chinese)
	require.NoError(t, err)
	require.Equal(t, &Data{
		Messages: []Message{{"a", "glibc", "s1"}, {"b", "tar", "s1"}, {"c", "sed", ""}, {"d", "apt", ""}},
		Positive: []Pair{{0, 1, ""}},
		Negative: []Pair{{0, 2, "object"}},
		Singles:  []int{3},
	}, d)
	require.Equal(t, []string{"a", "b", "c", "d"}, d.Texts())

	write(t, sub, "zh_singletons.tsv", "-\tapt:5\n")
	_, err = Load(dir, Chinese)
	require.ErrorContains(t, err, "zh_singletons.tsv:1: 2 fields, want 3")
}

func TestOpposites(t *testing.T) {
	dir := t.TempDir()
	_, err := Opposites(dir)
	require.ErrorIs(t, err, dataset.ErrMissing)
	write(t, filepath.Join(dir, "lexicon"), "lexicon_en.tsv", "sense\twording\texample\nOPPOSITE\tstart <> stop\t-\nDENIED\ta <> b\t-\n")
	pairs, err := Opposites(dir)
	require.NoError(t, err)
	require.Equal(t, [][2]string{{"start", "stop"}}, pairs)
}

// TestFigures is worked out by hand: three sets, one joined rightly, one split,
// one joined with a message of no set.
func TestFigures(t *testing.T) {
	d := &Data{
		Messages: []Message{
			{"", "p", "s1"},
			{"", "q", "s1"},
			{"", "p", "s2"},
			{"", "p", "s2"},
			{"", "q", "s3"},
			{"", "q", ""},
			{"", "p", ""},
		},
		Positive: []Pair{{0, 1, "word"}, {2, 3, "frame"}},
		Negative: []Pair{{4, 5, "polarity"}, {0, 2, "action"}, {4, 6, "negation"}},
		Singles:  []int{5, 6},
	}
	labels := []string{"a", "a", "b", "c", "d", "d", "e"}
	f := NewFigures("x")
	f.Add(d, labels, 1, nil)
	require.InDelta(t, 4, f.Sets.Clusters, 0)
	require.InDelta(t, 1, f.Sets.Pairwise.Precision, 0)
	require.InDelta(t, 0.5, f.Sets.Pairwise.Recall, 0)
	require.InDelta(t, 0.5, f.Stream.Pairwise.Precision, 0, "one of two pairs is with a message of no set")
	require.Equal(t, Share{1, 2}, f.NotAlone)
	require.Equal(t, map[string]Share{All: {1, 2}, "word": {1, 1}, "frame": {0, 1}}, f.Positive)
	require.Equal(t, map[string]Share{All: {1, 3}, "polarity": {1, 1}, "action": {0, 1}, "negation": {0, 1}}, f.Negative)
	require.Equal(t, Share{1, 2}, f.OppositesJoined())

	half := NewFigures("x")
	half.Add(d, labels, 1, func(project string) bool { return project == "p" })
	require.Equal(t, Share{0, 1}, half.NotAlone)
	require.Equal(t, Share{0, 1}, half.Positive[All], "only pairs of which both sides are kept")
	require.Equal(t, Share{0, 1}, half.Negative[All])
	require.InDelta(t, 0, Share{}.Ratio(), 0)

	mean := NewFigures("x")
	mean.Add(d, labels, 0.5, nil)
	mean.Add(d, labels, 0.5, nil)
	require.Equal(t, f.Negative, mean.Negative)
	require.InDelta(t, f.Sets.ARI, mean.Sets.ARI, 1e-12)
}

func TestInTheEnd(t *testing.T) {
	id := func(a harness.Answer) string { return a.ClusterID }
	var answers []harness.Answer
	for _, c := range "xxxxxyzzzy" {
		answers = append(answers, harness.Answer{ClusterID: string(c)})
	}
	source := []int{0, 0, 0, 0, 0, 1, 0, 0, 0, 0}
	require.Equal(t, []string{"z", "y"}, inTheEnd(answers, source, 2, id),
		"the last four lines are judged; the second text has none of them, so its last line counts")
}

func TestVariants(t *testing.T) {
	pairs := [][2]string{{"start", "stop"}, {"start", "end"}, {"failed", "succeeded"}}
	for text, want := range map[string][]string{
		"Start of <start> Failed":      {"Stop of <start> Failed", "End of <start> Failed", "Start of <start> Succeeded"},
		"restart STOP":                 {"restart START"},
		"file is open and was there":   {"file is not open and was there"},
		"file is not open":             {"file is open"},
		"Cannot open, is it there":     {"Can open, is it there"},
		"it doesn't open":              {"it does open"},
		"it won’t open":                {"it will open"},
		"nothing to swap in <is> here": nil,
	} {
		var got []string
		for _, v := range Variants([]Message{{Text: text}}, pairs) {
			got = append(got, v.Text)
		}
		require.ElementsMatch(t, want, got, text)
	}
	kinds := map[string]bool{}
	for _, v := range Variants([]Message{{Text: "can not start"}, {Text: "is"}}, pairs) {
		kinds[v.Kind] = true
	}
	require.ElementsMatch(t, []string{Swapped, NotPutIn, NotTakenOut}, slices.Collect(maps.Keys(kinds)))
}

func TestOpposed(t *testing.T) {
	messages := []Message{{Text: "a", Project: "p"}, {Text: "b", Project: "p"}}
	variants := []Variant{{Of: 0, Kind: Swapped}, {Of: 1, Kind: NotPutIn, Text: "x"}}
	got := opposed(messages, variants, []string{"c1", "c2", "c3", "c2"})
	require.Equal(t, map[string]Share{All: {1, 2}, Swapped: {0, 1}, NotPutIn: {1, 1}}, got.Kept)
	require.Equal(t, Share{1, 2}, got.Half[Half("p")])
	require.Equal(t, variants[1:], got.Same)
}

// TestOppose drives the real processor, with a variant that is something else and
// one that is the message itself.
func TestOppose(t *testing.T) {
	messages := []Message{{Text: "disk one is full"}}
	got, err := Oppose(t.Context(), messages, []Variant{{Of: 0, Text: "user logged out of the console", Kind: Swapped}}, 1)
	require.NoError(t, err)
	require.Equal(t, Share{0, 1}, got.Kept[All])
	got, err = Oppose(t.Context(), messages, []Variant{{Of: 0, Text: "disk one is full", Kind: Swapped}}, 1)
	require.NoError(t, err)
	require.Equal(t, Share{1, 1}, got.Kept[All])
}

func TestGrow(t *testing.T) {
	d := &Data{}
	for i := range 1000 {
		d.Messages = append(d.Messages, Message{Text: strconv.Itoa(i), Set: strconv.Itoa(i / 2)})
	}
	d.Messages = append(d.Messages, Message{Text: "of no set"})
	order := draw(d, 1)
	require.Len(t, order, 1000)
	require.Equal(t, d.Messages[order[0]].Set, d.Messages[order[1]].Set, "sets are whole")

	// Right up to 240 messages, all in one above.
	group := func(_ context.Context, texts []string, _ uint64) ([]string, error) {
		out := make([]string, len(texts))
		for i, text := range texts {
			n, err := strconv.Atoi(text)
			if err != nil {
				return nil, err
			}
			if len(texts) <= 240 {
				out[i] = strconv.Itoa(n / 2)
			}
		}
		return out, nil
	}
	rows, err := Grow(t.Context(), d, group, make([]string, len(d.Messages)), 1, nil, 1)
	require.NoError(t, err)
	require.Equal(t, []int{120, 240, 490, 970, 1001}, []int{rows[0].Messages, rows[1].Messages, rows[2].Messages, rows[3].Messages, rows[4].Messages})
	for i, r := range rows {
		if i < 2 {
			require.InDelta(t, 1, r.Same.ARI, 0)
			require.InDelta(t, 1, r.Own.Pairwise.Precision, 0)
		} else {
			require.InDelta(t, 60.0/(120*119/2), r.Same.Pairwise.Precision, 1e-9, "the same pairs at each size")
		}
	}
}

func TestFill(t *testing.T) {
	r := dataset.Random(1)
	for range 200 {
		require.Regexp(t, `^\d{1,5} \d+\.\d\d [a-z] (/[a-z]+){1,2}/[\w.-]+ [a-z-]+\d* [\w.]+ error \d+ [\w.-]+ <UPPER>$`,
			fill(r, "<int> <float> <char> <path> <user> <host> <strerror> <ident> <UPPER>"))
	}
}
