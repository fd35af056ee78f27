// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package find

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// query is a question put to a base: what it is of, and what was found.
type query struct {
	text, set string
	known     bool
	told      bool
	hits      []Hit[int]
	sets      []string // of the hits
	texts     []string
}

func (a *query) right(i int) bool { return a.known && a.sets[i] == a.set }

// ask builds a base of one wording of each set and of three in four of the other texts,
// and asks for all the rest: within a service of 60 texts, or everywhere.
func ask(t *testing.T, all []wording, language string, h int, told bool, seed uint64) []query {
	reader := newReader(t)
	r := rand.New(rand.NewPCG(seed, 7))
	var base, rest []wording
	has := map[string]bool{}
	for _, i := range r.Perm(len(all)) {
		w := all[i]
		switch {
		case w.half != h, w.language != language:
		case w.set == "" && r.IntN(4) > 0, w.set != "" && !has[w.set] && r.IntN(8) > 0:
			has[w.set] = w.set != ""
			base = append(base, w)
		default:
			rest = append(rest, w)
		}
	}
	x := NewIndex[int]()
	service := map[string][]int{}
	for i, w := range base {
		x.Put(i, reader.Read(masked(fill(r, w.text))))
		if w.set != "" {
			service[w.set] = append(service[w.set], i)
		}
	}
	var out []query
	for _, w := range rest {
		a := query{text: chatty(r, fill(r, w.text)), set: w.set, known: has[w.set] && w.set != "", told: told}
		q := reader.Read(masked(a.text))
		var admit func(int) bool
		if told {
			from := r.IntN(len(base))
			if a.known {
				from = service[w.set][0]
			}
			from = from / 60 * 60
			admit = func(o int) bool { return o >= from && o < from+60 }
		}
		a.hits = x.Search(&q, 10, admit)
		for _, hit := range a.hits {
			o := hit.Owners[0]
			set, text := "", base[o].text
			for _, o := range hit.Owners {
				if base[o].set == w.set {
					set = base[o].set
				}
			}
			a.sets, a.texts = append(a.sets, set), append(a.texts, text)
		}
		out = append(out, a)
	}
	return out
}

// chatty adds, to one text in two, what people say around an error.
func chatty(r *rand.Rand, text string) string {
	if r.IntN(2) == 0 {
		return text
	}
	name := strings.Fields("checkout billing postgres kafka redis ingress kubelet gateway importer scheduler mobile warehouse jenkins laptop tenant")
	pick := func() string { return name[r.IntN(len(name))] }
	if languageOf(text) == "zh" {
		return []string{pick() + " 报错：" + text, "我们的 " + pick() + " 一直出现" + text, text + "，在 " + pick() + " 上"}[r.IntN(3)]
	}
	return []string{
		"our " + pick() + " says " + text, pick() + " fails: " + text, "we get " + text + " on " + pick(),
		text + " after the " + pick() + " release", pick() + " and " + pick() + " show " + text,
	}[r.IntN(5)]
}

// tolerance is what an edit of a few lexicon entries may move a coefficient by before
// all are to be fitted anew.
const tolerance = 0.7

// foreignWeight makes one question in four a foreign one, as in a chat of people who
// ask about what they see.
const foreignWeight = 0.35

// fit is logistic regression by Newton's method with a little shrinkage.
func fit(x []Features, y []bool, weight []float64, skip ...int) Features {
	var w Features
	for range 30 {
		var g Features
		var h [features][features]float64
		for k := range x {
			f := x[k]
			for _, s := range skip {
				f[s] = 0
			}
			p := logistic(&f, &w)
			for i := range f {
				g[i] += weight[k] * f[i] * (of(y[k]) - p)
				for j := range f {
					h[i][j] += weight[k] * f[i] * f[j] * p * (1 - p)
				}
			}
		}
		for i := range g {
			g[i] -= 0.3 * w[i]
			h[i][i] += 0.3
		}
		step := solve(h, g)
		for i := range w {
			w[i] += step[i]
		}
	}
	return w
}

func solve(a [features][features]float64, b Features) Features {
	for i := range b {
		p := i
		for k := i + 1; k < features; k++ {
			if math.Abs(a[k][i]) > math.Abs(a[p][i]) {
				p = k
			}
		}
		a[i], a[p] = a[p], a[i]
		b[i], b[p] = b[p], b[i]
		for k := i + 1; k < features; k++ {
			m := a[k][i] / a[i][i]
			for j := i; j < features; j++ {
				a[k][j] -= m * a[i][j]
			}
			b[k] -= m * b[i]
		}
	}
	for i := features - 1; i >= 0; i-- {
		for j := i + 1; j < features; j++ {
			b[i] -= a[i][j] * b[j]
		}
		b[i] /= a[i][i]
	}
	return b
}

// TestFit fits the coefficients anew and holds those in use to what comes out.
func TestFit(t *testing.T) {
	all := corpus(t)
	usedPair, usedTop := pair, top
	t.Cleanup(func() { pair, top = usedPair, usedTop })
	for range 2 {
		var x, tops []Features
		var y, right []bool
		var xw, tw []float64
		for seed := range uint64(3) {
			for _, told := range []bool{false, true} {
				for _, language := range []string{"en", "zh"} {
					for _, a := range ask(t, all, language, 0, told, seed) {
						weight := 1.0
						if !a.known {
							weight = foreignWeight
						}
						for i, hit := range a.hits {
							if !hit.Same || a.right(i) {
								xw = append(xw, weight)
								x, y = append(x, hit.Features), append(y, a.right(i))
							}
						}
						if len(a.hits) > 0 && (!a.hits[0].Same || a.right(0)) {
							tw = append(tw, weight)
							tops, right = append(tops, a.hits[0].Features), append(right, a.right(0))
						}
					}
				}
			}
		}
		pair, top = fit(x, y, xw, rivalry), fit(tops, right, tw)
	}
	t.Logf("pair %.2f", pair)
	t.Logf("top %.2f", top)
	for i := range features {
		if i != otherCode { // which no data tell
			require.InDelta(t, pair[i], usedPair[i], tolerance, "coefficient %d of pair", i)
			require.InDelta(t, top[i], usedTop[i], tolerance, "coefficient %d of top", i)
		}
	}
	for h := range 2 {
		for _, told := range []bool{true, false} {
			for _, language := range []string{"en", "zh"} {
				t.Log(language)
				tell(t, ask(t, all, language, h, told, 99), h, told)
			}
		}
	}
}

func tell(t *testing.T, answers []query, h int, told bool) {
	known, foreign, five, first, same := 0, 0, 0, 0, 0
	var bins, hit [10]int
	type row struct{ right, wrong, foreign int }
	at := map[float64]*row{0.5: {}, 0.6: {}, 0.7: {}, 0.8: {}, 0.9: {}}
	for _, a := range answers {
		if a.known {
			known++
		} else {
			foreign++
		}
		if len(a.hits) == 0 {
			continue
		}
		if a.hits[0].Same && !a.right(0) {
			same++
			continue
		}
		if a.right(0) {
			first++
		}
		for i := range min(5, len(a.hits)) {
			if a.right(i) {
				five++
				break
			}
		}
		c := a.hits[0].Confidence
		b := min(9, int(c*10))
		bins[b]++
		if a.right(0) {
			hit[b]++
		}
		for th, r := range at {
			if c < th {
				continue
			}
			switch {
			case a.right(0):
				r.right++
			case a.known:
				r.wrong++
			default:
				r.foreign++
			}
		}
		if os.Getenv("DETAIL") != "" && h == 0 && !a.right(0) && (c > 0.8 || a.known) {
			t.Logf("%.2f known=%v told=%v %q -> %q", c, a.known, told, a.text, a.texts[0])
		}
	}
	t.Logf("half %d told %v: known %d: first %.3f, five %.3f; foreign %d, equal but not labelled %d", h, told, known, float64(first)/float64(known), float64(five)/float64(known), foreign, same)
	for _, th := range []float64{0.5, 0.6, 0.7, 0.8, 0.9} {
		r := at[th]
		t.Logf("   >= %.1f: of 35 known right %.1f wrong %.1f; foreign answered %.3f", th, 35*float64(r.right)/float64(known), 35*float64(r.wrong)/float64(known), float64(r.foreign)/float64(foreign))
	}
	line := ""
	for b := range bins {
		line += fmt.Sprintf(" %.1f: %d/%d=%.2f", float64(b)/10, hit[b], bins[b], ratio(float64(hit[b]), float64(bins[b])))
	}
	t.Log("  " + line)
}
