// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package statement

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// hanKey is the canonical form of a Chinese reading: sets, since neither order
// nor repetition carries meaning.
func (r reading) hanKey() string {
	set := func(in []string) string {
		s := slices.Clone(in)
		slices.Sort(s)
		return strings.Join(slices.Compact(s), " ")
	}
	underWay := r.underWay && r.fail == 0 && len(r.senses) == 0
	return fmt.Sprint(min(r.fail, 1), r.not, min(r.done, 1), underWay, "|", set(r.senses), "|", set(r.words))
}

// hanMessage is a message with the projects that it is of and its set, if any.
type hanMessage struct{ project, set, text string }

// hanPair are two messages; kind is that of a negative.
type hanPair struct {
	a, b hanMessage
	kind string
}

// hanData is the Chinese half of the paraphrases.
type hanData struct {
	sets, singles      []hanMessage
	positive, negative []hanPair
}

func loadHan(t testing.TB) hanData {
	t.Helper()
	rows := func(name string) (out [][]string) {
		raw, err := os.ReadFile(filepath.Join(hanDataDir(t), "paraphrase", "zh_"+name+".tsv"))
		require.NoError(t, err)
		for line := range strings.Lines(string(raw)) {
			out = append(out, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
		}
		return out
	}
	project := func(where string) string { p, _, _ := strings.Cut(where, ":"); return p }
	var d hanData
	for _, f := range rows("sets") {
		d.sets = append(d.sets, hanMessage{project(f[1]), f[0], f[2]})
	}
	for _, f := range rows("singletons") {
		d.singles = append(d.singles, hanMessage{project(f[1]), "", f[2]})
	}
	pair := func(f []string) hanPair {
		return hanPair{hanMessage{project(f[2]), "", f[0]}, hanMessage{project(f[3]), "", f[1]}, ""}
	}
	for _, f := range rows("pairs_positive") {
		d.positive = append(d.positive, pair(f))
	}
	for _, f := range rows("pairs_negative") {
		p := pair(f)
		p.kind = f[4]
		d.negative = append(d.negative, p)
	}
	return d
}

// hanDataDir finds the benchmark data: where OTELCOL_AIOPS_DATA says, or in
// shared/data beside the repository.
func hanDataDir(t testing.TB) string {
	if dir := os.Getenv("OTELCOL_AIOPS_DATA"); dir != "" {
		return dir
	}
	dir, err := os.Getwd()
	require.NoError(t, err)
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		data := filepath.Join(filepath.Dir(dir), "shared", "data")
		if info, err := os.Stat(data); err == nil && info.IsDir() {
			return data
		}
	}
	t.Skip("no benchmark data: set OTELCOL_AIOPS_DATA")
	return ""
}

// chosenOn tells the projects that the lexicon was made on from those left out.
func chosenOn(project string) bool {
	h := fnv.New32a()
	_, _ = h.Write([]byte(project))
	return h.Sum32()&1 == 1
}

// hanScores are what tools such as the benchmark's print, over part of the data.
type hanScores struct {
	ARI, Precision, Recall     float64 // over pairs of members of sets
	Positive, Negative, Single float64 // shares: positive pairs joined, negative pairs joined, singles not alone
	kinds                      map[string][2]int
	members, clusters          int
}

// scoreHan scores the part of the data that keep selects. A single is alone
// when no other message of the whole stream has its key.
func scoreHan(d hanData, key func(string) string, keep func(projects ...string) bool) hanScores {
	s := hanScores{kinds: map[string][2]int{}}
	keys := map[string]string{}
	stream := map[string]map[string]bool{} // key: the messages that have it
	see := func(m hanMessage) string {
		k, ok := keys[m.text]
		if !ok {
			k = key(m.text)
			keys[m.text] = k
			if stream[k] == nil {
				stream[k] = map[string]bool{}
			}
			stream[k][m.text] = true
		}
		return k
	}
	for _, m := range slices.Concat(d.sets, d.singles) {
		see(m)
	}
	for _, p := range d.negative {
		see(p.a)
		see(p.b)
	}
	s.partition(d.sets, keys, keep)
	share := func(pairs []hanPair, kind func(hanPair) string) float64 {
		joined, all := 0, 0
		for _, p := range pairs {
			if !keep(p.a.project, p.b.project) {
				continue
			}
			n := s.kinds[kind(p)]
			all++
			n[1]++
			if see(p.a) == see(p.b) {
				joined++
				n[0]++
			}
			s.kinds[kind(p)] = n
		}
		return float64(joined) / float64(max(all, 1))
	}
	s.Positive = share(d.positive, func(hanPair) string { return "same" })
	s.Negative = share(d.negative, func(p hanPair) string { return p.kind })
	together, all := 0, 0
	for _, m := range d.singles {
		if keep(m.project) {
			all++
			if len(stream[keys[m.text]]) > 1 {
				together++
			}
		}
	}
	s.Single = float64(together) / float64(max(all, 1))
	return s
}

// partition compares the keys of the sets' members with the sets.
func (s *hanScores) partition(sets []hanMessage, keys map[string]string, keep func(...string) bool) {
	p, t, both := map[string]float64{}, map[string]float64{}, map[[2]string]float64{}
	seen := map[string]bool{}
	for _, m := range sets {
		if !keep(m.project) || seen[m.text] {
			continue
		}
		seen[m.text] = true
		p[keys[m.text]]++
		t[m.set]++
		both[[2]string{keys[m.text], m.set}]++
		s.members++
	}
	s.clusters = len(p)
	pairs := func(n float64) float64 { return n * (n - 1) / 2 }
	var tp, a, b float64
	for _, n := range both {
		tp += pairs(n)
	}
	for _, n := range p {
		a += pairs(n)
	}
	for _, n := range t {
		b += pairs(n)
	}
	e := a * b / pairs(float64(s.members))
	s.ARI = (tp - e) / ((a+b)/2 - e)
	s.Precision, s.Recall = tp/max(a, 1), tp/max(b, 1)
}

// opposites is the share of pairs joined whose kinds are wrong to join for anybody.
func (s hanScores) opposites() float64 {
	joined, all := 0, 0
	for _, k := range []string{"polarity", "direction", "negation"} {
		joined, all = joined+s.kinds[k][0], all+s.kinds[k][1]
	}
	return float64(joined) / float64(max(all, 1))
}

// hanParts are the projects that the lexicon was made on, those left out (with
// the pairs between the two), and all.
var hanParts = []struct {
	name string
	keep func(projects ...string) bool
}{
	{"chosen on", func(p ...string) bool { return !slices.ContainsFunc(p, func(s string) bool { return !chosenOn(s) }) }},
	{"left out", func(p ...string) bool { return slices.ContainsFunc(p, func(s string) bool { return !chosenOn(s) }) }},
	{"all", func(...string) bool { return true }},
}

// hanKeyOf reads as Reader does: Latin words and the names of words go through
// the English lexicon.
func hanKeyOf(text string) string { return hanReader().english.readHan(text).hanKey() }

var hanReader = sync.OnceValue(func() *Reader {
	r, err := New()
	if err != nil {
		panic(err)
	}
	return r
})

// Floors hold for the projects that the lexicon was made on and for those left out.
func TestHanAccuracy(t *testing.T) {
	d := loadHan(t)
	for _, part := range hanParts {
		s := scoreHan(d, hanKeyOf, part.keep)
		t.Logf("%-9s members %d clusters %d  ARI %.3f precision %.3f recall %.3f  positive pairs joined %.3f  "+
			"opposites joined %.4f  negatives joined %.4f  singles not alone %.4f  %v", part.name, s.members, s.clusters,
			s.ARI, s.Precision, s.Recall, s.Positive, s.opposites(), s.Negative, s.Single, s.kinds)
		require.GreaterOrEqual(t, s.ARI, 0.84, part.name)
		require.GreaterOrEqual(t, s.Precision, 0.93, part.name)
		require.GreaterOrEqual(t, s.Positive, 0.77, part.name)
		require.LessOrEqual(t, s.opposites(), 0.002, part.name)
		require.LessOrEqual(t, s.Single, 0.01, part.name)
	}
}

// Pairs made by hand, hard ones. No wording of the lexicon was written for them.
func TestHanPairsMadeByHand(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(hanDataDir(t), "wild", "logs.json"))
	require.NoError(t, err)
	var wild struct{ Pairs map[string][][2]string }
	require.NoError(t, json.Unmarshal(raw, &wild))
	value := regexp.MustCompile(`«[a-z]+»`)
	joined := func(kind string) (n int) {
		require.NotEmpty(t, wild.Pairs[kind])
		for _, p := range wild.Pairs[kind] {
			a, b := hanKeyOf(value.ReplaceAllString(p[0], "<*>")), hanKeyOf(value.ReplaceAllString(p[1], "<*>"))
			if a == b {
				n++
			}
			t.Logf("%s joined: %v  %v  %s  %s", kind, a == b, p, a, b)
		}
		return n
	}
	require.Zero(t, joined("zh_different"))
	require.GreaterOrEqual(t, joined("zh_same"), 4)
}
