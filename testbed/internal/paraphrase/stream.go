// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package paraphrase

import (
	"context"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/accuracy"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/harness"
)

// linesPerMessage is how many lines are made of each message.
const linesPerMessage = 20

// judged is the share of the stream, at its end, that is judged: by then windows
// have closed and what is to be joined has been.
const judged = 0.4

// Labels are the groups of the messages, in order.
type Labels struct{ Clusters, Templates []string }

// Stream makes lines of the texts, streams them shuffled as one service through a
// new processor, and returns the cluster and the template that most lines of each
// text have in the end.
func Stream(ctx context.Context, texts []string, seed uint64) (Labels, error) {
	r := dataset.Random(seed)
	rs, source := linesOf(r, texts, linesPerMessage)
	s, err := harness.NewStream(ctx)
	if err != nil {
		return Labels{}, err
	}
	answers, err := s.Feed(ctx, rs)
	if stopped := s.Stop(ctx); err == nil {
		err = stopped
	}
	if err != nil {
		return Labels{}, err
	}
	return Labels{
		inTheEnd(answers, source, len(texts), func(a harness.Answer) string { return a.ClusterID }),
		inTheEnd(answers, source, len(texts), func(a harness.Answer) string { return a.TemplateID }),
	}, nil
}

func linesOf(r *rand.Rand, texts []string, each int) (rs []harness.Record, source []int) {
	for i, text := range texts {
		for range each {
			rs = append(rs, harness.Record{Service: "svc", Body: fill(r, text)})
			source = append(source, i)
		}
	}
	r.Shuffle(len(rs), func(i, j int) {
		rs[i], rs[j] = rs[j], rs[i]
		source[i], source[j] = source[j], source[i]
	})
	return rs, source
}

// inTheEnd is the ID that most of a text's judged lines have; that of its last
// line where none is judged.
func inTheEnd(answers []harness.Answer, source []int, texts int, id func(harness.Answer) string) []string {
	ids := make([]string, len(answers))
	last := make([]string, texts)
	for k, a := range answers {
		ids[k] = id(a)
		last[source[k]] = ids[k]
	}
	from := len(ids) - int(judged*float64(len(ids)))
	out := accuracy.Majority(ids[from:], source[from:], texts)
	for i := range out {
		if out[i] == "" {
			out[i] = last[i]
		}
	}
	return out
}

var placeholder = regexp.MustCompile(`<([a-z]+)>`)

var (
	names = strings.Fields("orders users_2 tmp_x inv-items billing sales alpha events7 cust t1 backup edge01 Report node-17 web cache.main")
	dirs  = strings.Fields("var etc srv data opt lib home")
	users = strings.Fields("root alice bob svc www-data carol")
)

// fill replaces each placeholder by a value of its type, an unknown one by a name.
func fill(r *rand.Rand, text string) string {
	pick := func(from []string) string { return from[r.IntN(len(from))] }
	number := func(low, high int) string { return fmt.Sprint(low + r.IntN(high-low+1)) }
	return placeholder.ReplaceAllStringFunc(text, func(m string) string {
		switch m {
		case "<int>":
			return number(1, 99999)
		case "<float>":
			return fmt.Sprintf("%.2f", r.Float64()*999)
		case "<char>":
			return pick(strings.Split("abcdxyzqw", ""))
		case "<path>":
			path := "/" + pick(dirs)
			if r.IntN(2) == 1 {
				path += "/" + pick(dirs)
			}
			return path + "/" + pick(names) + number(1, 999) + pick([]string{"", ".conf", ".log", ".db"})
		case "<user>":
			return pick(users) + pick([]string{"", number(1, 99)})
		case "<host>":
			return pick([]string{"10." + number(0, 255) + "." + number(0, 255) + "." + number(1, 254), "host" + number(1, 99) + ".example.com"})
		case "<strerror>":
			return "error " + pick(strings.Fields("1 2 5 13 16 22 28 110"))
		default:
			return pick(names) + pick([]string{"", "_" + number(1, 99), number(1, 999)})
		}
	})
}
