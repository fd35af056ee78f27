// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package paraphrase

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/accuracy"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/harness"
)

// Variant is a message that was made to say the opposite of another.
type Variant struct {
	Of           int // the message
	Text, Change string
	Kind         string // Swapped, NotPutIn or NotTakenOut
}

// The ways to make an opposite.
const (
	Swapped     = "word swapped"
	NotPutIn    = "not put in"
	NotTakenOut = "not taken out"
)

// word is a placeholder, which is none, or a whole word with its apostrophe.
var word = regexp.MustCompile(`<\w+>|[\pL\pN_]+(?:['’]\pL+)*`)

// Variants makes of each message one variant for each of its words and each of
// that word's opposites, and one with a "not" put in after the first auxiliary, or
// taken out there.
func Variants(messages []Message, opposites [][2]string) []Variant {
	of := map[string][]string{}
	for _, p := range opposites {
		of[p[0]] = append(of[p[0]], p[1])
		of[p[1]] = append(of[p[1]], p[0])
	}
	var out []Variant
	for i, m := range messages {
		at := word.FindAllStringIndex(m.Text, -1)
		for _, w := range at {
			from := m.Text[w[0]:w[1]]
			for _, to := range of[strings.ToLower(from)] {
				out = append(out, Variant{i, m.Text[:w[0]] + inCaseOf(from, to) + m.Text[w[1]:], from + " > " + to, Swapped})
			}
		}
		if v, ok := negate(m.Text, at); ok {
			v.Of = i
			out = append(out, v)
		}
	}
	return out
}

// inCaseOf writes to the way that from is written: lower, UPPER or Title.
func inCaseOf(from, to string) string {
	r := []rune(from)
	switch {
	case len(r) > 1 && strings.ToUpper(from) == from:
		return strings.ToUpper(to)
	case unicode.IsUpper(r[0]):
		return strings.ToUpper(to[:1]) + to[1:]
	}
	return to
}

var auxiliary = map[string]bool{}

// contracted are auxiliaries that hold a "not".
var contracted = map[string]string{"cannot": "can", "can't": "can", "won't": "will", "shan't": "shall"}

func init() {
	for _, w := range strings.Fields("is are was were has have had can could will would shall should must may might do does did") {
		auxiliary[w] = true
		if contracted[w+"n't"] == "" {
			contracted[w+"n't"] = w
		}
	}
}

// negate turns the sense of the first auxiliary round.
func negate(text string, words [][]int) (Variant, bool) {
	for k, w := range words {
		from := text[w[0]:w[1]]
		lower := strings.ReplaceAll(strings.ToLower(from), "’", "'")
		if to := contracted[lower]; to != "" {
			return Variant{Text: text[:w[0]] + inCaseOf(from, to) + text[w[1]:], Change: from + " > " + to, Kind: NotTakenOut}, true
		}
		if !auxiliary[lower] {
			continue
		}
		if k+1 < len(words) {
			next := words[k+1]
			if strings.EqualFold(text[next[0]:next[1]], "not") {
				return Variant{Text: text[:w[1]] + text[next[1]:], Change: from + " not > " + from, Kind: NotTakenOut}, true
			}
		}
		return Variant{Text: text[:w[1]] + " not" + text[w[1]:], Change: from + " > " + from + " not", Kind: NotPutIn}, true
	}
	return Variant{}, false
}

const (
	// linesPerVariant is how many lines are made of each message and variant.
	linesPerVariant = 3
	// messagesPerService keeps the stream of a service within the processor's
	// limits: a message has one or two variants.
	messagesPerService = 500
)

// Opposed is what became of the variants.
type Opposed struct {
	// Kept is the share of variants that have the cluster of their message, by
	// kind and under All.
	Kept map[string]Share
	// Half is the same by the half of the projects.
	Half [2]Share
	// Same are the variants that have it.
	Same []Variant
}

// Oppose streams messages and variants, and counts the variants that in the end
// have the cluster of their message.
func Oppose(ctx context.Context, messages []Message, variants []Variant, seed uint64) (Opposed, error) {
	texts := make([]string, 0, len(messages)+len(variants))
	service := make([]int, 0, cap(texts))
	for i, m := range messages {
		texts, service = append(texts, m.Text), append(service, i/messagesPerService)
	}
	for _, v := range variants {
		texts, service = append(texts, v.Text), append(service, v.Of/messagesPerService)
	}
	rs, source := linesOf(dataset.Random(seed), texts, linesPerVariant)
	for k := range rs {
		rs[k].Service = fmt.Sprintf("svc%d", service[source[k]])
	}
	s, err := harness.NewStream(ctx)
	if err != nil {
		return Opposed{}, err
	}
	_, final, err := s.FeedTwice(ctx, rs)
	if stopped := s.Stop(ctx); err == nil {
		err = stopped
	}
	if err != nil {
		return Opposed{}, err
	}
	ids := make([]string, len(final))
	for k, a := range final {
		ids[k] = a.ClusterID
	}
	return opposed(messages, variants, accuracy.Majority(ids, source, len(texts))), nil
}

// opposed counts; labels are of the messages, then of the variants.
func opposed(messages []Message, variants []Variant, labels []string) Opposed {
	out := Opposed{Kept: map[string]Share{}}
	for k, v := range variants {
		kept := labels[v.Of] == labels[len(messages)+k]
		for _, kind := range []string{All, v.Kind} {
			share := out.Kept[kind]
			share.Add(kept, 1)
			out.Kept[kind] = share
		}
		out.Half[Half(messages[v.Of].Project)].Add(kept, 1)
		if kept {
			out.Same = append(out.Same, v)
		}
	}
	return out
}
