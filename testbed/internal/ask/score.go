// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package ask

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/harness"
)

const (
	// perService is how many messages a service has.
	perService = 60
	// lines is how many lines are made of each message.
	lines = 2
	// five is among how many matches and offers an answer is looked for.
	five = 5
)

// Bins are those of the reliability table: of confidence 0 to 0.1, and so on.
const Bins = 10

// Bin is how many first matches had a confidence, and how many of them were right:
// those of known texts and those of foreign ones, of which none is.
type Bin struct {
	Known, Right, Foreign int
}

// Score is what became of the questions.
type Score struct {
	Known, Right, Wrong, Unsure int // Right and Wrong are answers
	Five                        int // the right one is among the first five, offers included
	Foreign, Answered           int // Answered are wrong as well
	// Equal are answers that say the same as what was asked for, in other sets than the
	// labels name. They are neither right nor wrong.
	Equal int
	Bins  [Bins]Bin
	// Missed are what was wrong, for people.
	Missed []string
}

// Asking is how questions are put.
type Asking struct {
	Told bool                     // with the service
	Wrap func(text string) string // puts the text into a message; nil as it is
	Seed uint64
}

// Ask feeds a base and asks it.
func Ask(ctx context.Context, s Set, all []Asking) (scores []Score, err error) {
	stream, err := harness.NewAskedStream(ctx, func(c *logclusterprocessor.Config) { c.Limits.Partitions = 1000 })
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, stream.Stop(ctx)) }()
	b, err := feed(ctx, stream, s)
	if err != nil {
		return nil, err
	}
	for _, a := range all {
		scores = append(scores, b.ask(s, a, stream.Match))
	}
	return scores, nil
}

// cluster is where a message is.
type cluster struct {
	service string
	id      string
}

// fed is a base with what each set is in it.
type fed struct {
	of    map[string]map[cluster]bool // clusters by set
	where map[string]string           // service by set
}

func feed(ctx context.Context, stream *harness.Stream, s Set) (*fed, error) {
	r := dataset.Random(1)
	records := make([]harness.Record, 0, lines*len(s.Known))
	for i, w := range s.Known {
		for range lines {
			records = append(records, harness.Record{Service: service(i), Body: dataset.Fill(r, w.Text)})
		}
	}
	_, final, err := stream.FeedTwice(ctx, records)
	if err != nil {
		return nil, err
	}
	b := &fed{map[string]map[cluster]bool{}, map[string]string{}}
	for i, w := range s.Known {
		if w.Set == "" {
			continue
		}
		if b.of[w.Set] == nil {
			b.of[w.Set], b.where[w.Set] = map[cluster]bool{}, service(i)
		}
		for k := range lines {
			b.of[w.Set][cluster{service(i), final[i*lines+k].ClusterID}] = true
		}
	}
	return b, nil
}

func service(message int) string { return fmt.Sprintf("service-%03d", message/perService) }

func (b *fed) ask(s Set, a Asking, match func(knowledge.Query) []knowledge.Match) (out Score) {
	r := dataset.Random(a.Seed)
	for _, w := range s.Questions {
		text := dataset.Fill(r, w.Text)
		q := knowledge.Query{Text: text}
		if a.Wrap != nil {
			q.Text = a.Wrap(text)
		}
		right := b.of[w.Set]
		if w.Set == "" {
			right = nil
		}
		if a.Told {
			told := service(r.IntN(len(s.Known)))
			if right != nil {
				told = b.where[w.Set]
			}
			q.Partition = &told
		}
		matches := match(q)
		out.add(matches, right)
		if right != nil && len(matches) > 0 && (matches[0].Confidence < knowledge.Sure || !isOf(right, &matches[0])) ||
			right == nil && knowledge.HasAnswer(matches) {
			out.Missed = append(out.Missed, fmt.Sprintf("%.2f %s known=%v %q: %q", matches[0].Confidence, matches[0].How, right != nil, text, matches[0].Text))
		}
	}
	return out
}

func isOf(right map[cluster]bool, m *knowledge.Match) bool {
	return right[cluster{m.Partition, m.Cluster.String()}]
}

func (s *Score) add(matches []knowledge.Match, right map[cluster]bool) {
	if right == nil {
		s.Foreign++
	} else {
		s.Known++
	}
	if slices.ContainsFunc(matches[:min(five, len(matches))], func(m knowledge.Match) bool { return isOf(right, &m) }) {
		s.Five++
	}
	if len(matches) == 0 {
		s.Unsure += count(right != nil)
		return
	}
	first := &matches[0]
	is := isOf(right, first)
	if !is && first.How != knowledge.Near {
		s.Equal++
		return
	}
	bin := &s.Bins[min(Bins-1, int(first.Confidence*Bins))]
	bin.Known += count(right != nil)
	bin.Foreign += count(right == nil)
	bin.Right += count(is)
	switch {
	case first.Confidence < knowledge.Sure:
		s.Unsure += count(right != nil)
	case is:
		s.Right++
	case right != nil:
		s.Wrong++
	default:
		s.Answered++
	}
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Messages put a text into what people paste it from.
var Messages = []struct {
	Name string
	Wrap func(text string) string
}{
	{"as it is", nil},
	{"in a chat message", func(text string) string {
		return "Hi all, since the deploy this morning we see\n> " + text + "\nin the shop. Any idea what we can do about it? Thanks!"
	}},
	{"in a stack trace", func(text string) string {
		return "java.lang.IllegalStateException: " + text + "\n\tat com.acme.shop.Order.place(Order.java:42)\n\tat com.acme.shop.Main.main(Main.java:7)"
	}},
	{"in JSON of an alert", func(text string) string {
		return fmt.Sprintf(`{"status": "firing", "labels": {"severity": "critical", "team": "shop"}, "annotations": {"description": %q, "runbook": "none yet"}}`, text)
	}},
}
