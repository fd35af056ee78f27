// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Command accuracy-match prints what a knowledge base answers to questions in other
// words than those of the logs, and how far its confidence can be trusted.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/ask"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/report"
)

// thirtyFive is the number of known texts that counts are scaled to.
const thirtyFive = 35

func main() {
	log.SetFlags(0)
	markdown := flag.Bool("markdown", false, "print the tables as Markdown")
	detail := flag.Bool("detail", false, "also list what is wrong")
	seed := flag.Uint64("seed", 1, "of which texts are known and which are asked for")
	flag.Parse()
	if err := run(context.Background(), *markdown, *detail, *seed); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, markdown, detail bool, seed uint64) error {
	dir, err := dataset.Dir()
	if err != nil {
		return err
	}
	sets, err := ask.Load(dir, seed)
	if err != nil {
		return err
	}
	answers := report.Table{
		Title: "Questions in other words, at the confidence of an answer (0.6): known texts scaled to 35",
		Head: []string{
			"base", "asked", "service", "known", "right", "wrong", "unsure", "among the first five", "foreign", "answered", "equal, not labelled",
		},
	}
	var kept [ask.Bins]ask.Bin
	known, foreign := 0, 0
	for _, set := range sets {
		var all []ask.Asking
		for _, m := range ask.Messages {
			for _, told := range []bool{true, false} {
				all = append(all, ask.Asking{Told: told, Wrap: m.Wrap, Seed: seed})
			}
		}
		scores, err := ask.Ask(ctx, set, all)
		if err != nil {
			return err
		}
		for i, s := range scores {
			service := "told"
			if !all[i].Told {
				service = "not told"
			}
			answers.Row(row(set.Name, ask.Messages[i/2].Name, service, s)...)
			if set.Kept {
				known, foreign = known+s.Known, foreign+s.Foreign
			}
			for b := range kept {
				if set.Kept {
					kept[b].Known += s.Bins[b].Known
					kept[b].Right += s.Bins[b].Right
					kept[b].Foreign += s.Bins[b].Foreign
				}
			}
			for _, m := range s.Missed {
				if detail && i < 2 {
					fmt.Println(set.Name, service, m)
				}
			}
		}
	}
	answers.Write(os.Stdout, markdown)
	reliability(kept, foreignShare/(1-foreignShare)*float64(known)/float64(foreign), markdown)
	return nil
}

func row(base, asked, service string, s ask.Score) []any {
	scaled := func(n int) string { return fmt.Sprintf("%.1f", thirtyFive*float64(n)/float64(s.Known)) }
	return []any{
		base, asked, service, s.Known, scaled(s.Right), scaled(s.Wrong), scaled(s.Unsure), float64(s.Five) / float64(s.Known), s.Foreign, s.Answered, s.Equal,
	}
}

// foreignShare is the share of foreign texts among the questions, 10 beside 35: people
// ask about what they see in logs, most of which is known.
const foreignShare = 10.0 / 45

// reliability counts each foreign text as often as the share asks for.
func reliability(bins [ask.Bins]ask.Bin, weight float64, markdown bool) {
	table := report.Table{
		Title: "Confidence of the first match against how often it is right, on the half that nothing was chosen on; of 45 texts 10 are foreign",
		Head:  []string{"confidence", "known texts", "foreign texts", "right", "share"},
	}
	for i, b := range bins {
		if b.Known+b.Foreign > 0 {
			table.Row(fmt.Sprintf("%.1f to %.1f", float64(i)/ask.Bins, float64(i+1)/ask.Bins), b.Known, b.Foreign, b.Right,
				float64(b.Right)/(float64(b.Known)+weight*float64(b.Foreign)))
		}
	}
	table.Write(os.Stdout, markdown)
}
