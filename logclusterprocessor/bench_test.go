// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package logclusterprocessor

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// BenchmarkKey is what it costs, for a record, to know a batch when it is sent again.
func BenchmarkKey(b *testing.B) {
	const size = 1000
	p, err := newProcessor(nopSettings(), defaults())
	if err != nil {
		b.Fatal(err)
	}
	ld, scratch := batchOf(testStream(1)[:size]), new(batch)
	b.ReportAllocs()
	for b.Loop() {
		p.keyOf(scratch, ld)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/size, "ns/record")
}

// BenchmarkMatch is what a question costs with 100,000 templates in 100 services, and
// what one in a hundred of them costs at least.
func BenchmarkMatch(b *testing.B) {
	cfg := defaults()
	cfg.Limits.Partitions, cfg.Limits.MemoryMiB = 200, 8000
	p, err := newProcessor(nopSettings(), cfg)
	if err != nil {
		b.Fatal(err)
	}
	p.parts.KeepChanges()
	verbs := strings.Fields("open read write send receive parse load save create remove lock fetch resolve connect validate commit")
	outcomes := []string{"failed", "timed out", "was refused", "is not found", "succeeded", "is invalid"}
	r := rand.New(rand.NewPCG(1, 1))
	noun := func() string { return fmt.Sprintf("%s%s", nouns[r.IntN(len(nouns))], nouns[r.IntN(len(nouns))]) }
	say := func() string {
		return fmt.Sprintf("%s of %s for %s in %s %s", verbs[r.IntN(len(verbs))], noun(), noun(), noun(), outcomes[r.IntN(len(outcomes))])
	}
	const services, each = 100, 1000
	var known []string
	for s := range services {
		for batch := range 10 {
			lines := make([]line, each/10)
			for i := range lines {
				lines[i] = line{time.Duration(batch*100+i) * time.Second, fmt.Sprint("service-", s), say()}
				known = append(known, lines[i].body)
			}
			if _, err := p.processLogs(b.Context(), batchOf(lines)); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.Logf("%d templates", p.parts.Stats().Templates)
	some := func() string { return known[r.IntN(len(known))] }
	for _, of := range []struct {
		name string
		text func() string
	}{
		{"known", some},
		{"other-words", func() string { return "cannot " + strings.Join(strings.Fields(some())[:5], " ") + " again" }},
		{"foreign", func() string { return "the printer on the second floor is jammed" }},
		{"chat", func() string {
			return "Hi all, since noon the shop is slow. We get this:\n> " + some() + " once more\n> " + say() + "\nAny idea? Is it the network, or is it us? Thanks!"
		}},
		{"64KiB", func() string { return strings.Repeat(say()+"\n", 64<<10/80) }},
	} {
		b.Run(of.name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				b.StopTimer()
				q := knowledge.Query{Text: of.text()}
				b.StartTimer()
				began := time.Now()
				p.Match(q)
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}

var nouns = strings.Fields("order invoice cart user session token cache queue topic shard index table column bucket object file folder volume node pod image route proxy socket stream frame codec schema record batch worker thread lease clock quota metric alert event hook filter parser writer reader")
