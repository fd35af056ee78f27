// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Command accuracy-logs prints how well the log_cluster processor groups lines
// into templates and templates into clusters, beside a peer on the same lines.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/accuracy"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/peer"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/report"
)

// goDrain3 is quoted: neither go-drain3 nor contrib's drain processor could be
// downloaded where these tables are made.
const goDrain3 = 0.792

// options are what the flags say.
type options struct {
	markdown, detail bool
	seeds            int
}

// list prints what is wrong, when details are asked for.
func (o options) list(what []string) {
	if !o.detail || len(what) == 0 {
		return
	}
	for _, w := range what {
		fmt.Println(" ", w)
	}
	fmt.Println()
}

func main() {
	log.SetFlags(0)
	var o options
	flag.BoolVar(&o.markdown, "markdown", false, "print the tables as Markdown")
	flag.BoolVar(&o.detail, "detail", false, "also list what is wrong")
	flag.IntVar(&o.seeds, "seeds", 3, "runs of each table of meaning, each with other values and another order")
	only := flag.String("only", "parsing,templates,concepts,paraphrases,wild,verbs", "the parts to print, separated by commas")
	flag.Parse()
	if o.seeds < 1 {
		log.Fatalf("-seeds %d: must be at least 1", o.seeds)
	}

	ctx := context.Background()
	dir, err := dataset.Dir()
	if err != nil {
		log.Fatal(err)
	}
	sets, err := dataset.Loghub(dir)
	if err != nil {
		log.Fatal(err)
	}
	messages, missing := dataset.Concepts(dir)
	if missing != nil && !errors.Is(missing, dataset.ErrMissing) {
		log.Fatal(missing)
	}
	parts := map[string]func() error{
		"parsing":     func() error { return parsing(ctx, sets, messages, o.markdown) },
		"templates":   func() error { return templates(ctx, sets, o) },
		"concepts":    func() error { return concepts(ctx, messages, missing, o) },
		"paraphrases": func() error { return paraphrases(ctx, dir, o) },
		"wild":        func() error { return wildLogs(ctx, dir, o) },
		"verbs":       func() error { return fortyVerbs(ctx, o) },
	}
	names := strings.Split(*only, ",")
	for _, name := range names {
		if parts[name] == nil {
			log.Fatalf("-only %s: there is no such part", name)
		}
	}
	for _, name := range names {
		if err := parts[name](); err != nil {
			log.Fatal(err)
		}
	}
}

func parsing(ctx context.Context, sets []dataset.Lines, messages []dataset.Message, markdown bool) error {
	table := report.Table{
		Title: "Parsing: grouping accuracy on Loghub-2k (corrected), streaming, defaults",
		Head:  []string{"set", "true templates", "found", "as emitted", "aliases resolved", peer.LokiName, "PA", "FTA"},
	}
	add := func(p accuracy.Parsing, texts bool) {
		pa, fta := any(""), any("")
		if texts {
			pa, fta = p.PA, p.FTA
		}
		table.Row(p.Name, p.Templates, p.Found, p.Emitted, p.Final, p.Peers[0], pa, fta)
	}
	var rows []accuracy.Parsing
	for _, set := range sets {
		p, err := accuracy.Parse(ctx, set, peer.LokiGroups)
		if err != nil {
			return fmt.Errorf("%s: %w", set.Name, err)
		}
		rows = append(rows, p)
		add(p, true)
	}
	add(accuracy.Mean(rows), true)
	for _, shared := range []bool{false, true} {
		p, err := accuracy.ParseMixed(ctx, sets, shared, peer.LokiGroups)
		if err != nil {
			return fmt.Errorf("mixed: %w", err)
		}
		add(p, false)
	}
	if len(messages) > 0 {
		p, err := accuracy.Parse(ctx, accuracy.Made(messages), peer.LokiGroups)
		if err != nil {
			return fmt.Errorf("error messages: %w", err)
		}
		add(p, false)
	}
	table.Write(os.Stdout, markdown)
	fmt.Print("PA: lines whose template has the very text of the true one; FTA: F1 of templates with the right text and lines; placeholders as <*>.\n\n")
	fmt.Printf("Quoted, not measured in this run: go-drain3, the engine of contrib's drain processor, has a mean of %.3f over the same ten sets.\n\n", goDrain3)
	return nil
}

func concepts(ctx context.Context, all []dataset.Message, missing error, o options) error {
	if missing != nil {
		fmt.Println("The tables of concepts are skipped:", missing)
		return nil
	}
	for _, system := range []string{"", "spark", "tidb"} {
		messages, name := all, "all systems"
		if system != "" {
			messages, name = of(all, system), system+" only"
		}
		rows, err := accuracy.Understand(ctx, messages, o.seeds, []string{peer.LokiName}, []accuracy.Grouper{peer.LokiGroups})
		if err != nil {
			return err
		}
		table := report.Table{
			Title: fmt.Sprintf("Meaning, %s: %d message templates against %d labelled concepts (mean of %d seeds)",
				name, len(messages), distinct(messages), o.seeds),
			Head: []string{"grouped by", "clusters", "ARI", "B-cubed P", "R", "F1", "pairwise P", "R"},
		}
		for _, r := range rows {
			table.Row(r.Name, fmt.Sprintf("%.0f", r.Clusters), r.ARI, r.BCubed.Precision, r.BCubed.Recall, r.BCubed.F1,
				r.Pairwise.Precision, r.Pairwise.Recall)
		}
		table.Write(os.Stdout, o.markdown)
	}
	return nil
}

func of(all []dataset.Message, system string) []dataset.Message {
	var out []dataset.Message
	for _, m := range all {
		if m.System() == system {
			out = append(out, m)
		}
	}
	return out
}

func distinct(messages []dataset.Message) int {
	seen := map[string]bool{}
	for _, m := range messages {
		seen[m.Concept] = true
	}
	return len(seen)
}
