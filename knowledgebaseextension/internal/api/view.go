// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package api // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/api"

import (
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// Cluster is a cluster as lists have it. Times are of events.
type Cluster struct {
	ID            string    `json:"id"`
	Partition     string    `json:"partition"`
	Text          string    `json:"text"` // of the template that stands for it
	Keywords      []string  `json:"keywords"`
	Count         int64     `json:"count"` // records ever
	TemplateCount int       `json:"template_count"`
	FirstSeen     time.Time `json:"first_seen"`
	LastSeen      time.Time `json:"last_seen"`
	New           bool      `json:"new"` // first seen in the window, and not while its service was learnt
	Noise         bool      `json:"noise"`
	Solution      Solution  `json:"solution"`
	Counts        []int64   `json:"counts"` // records of each minute of the window
}

// Window is the minutes of event time that counts are of: [From, Until).
type Window struct {
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
}

// Solution is what to do about a cluster; without one the text is empty.
type Solution struct {
	Text    string     `json:"text"`              // Markdown
	HTML    string     `json:"html,omitempty"`    // sanitised; only of one cluster
	Author  string     `json:"author,omitempty"`  // who wrote or cleared it
	Updated *time.Time `json:"updated,omitempty"` // when, by the wall clock
	Version int64      `json:"version"`           // changes with each edit; 0 when there was none ever
}

// Detail is all about one cluster.
type Detail struct {
	Cluster
	Window    Window     `json:"window"`
	Templates []Template `json:"templates"` // representatives first, then by count
	Samples   []Sample   `json:"samples"`   // lines as they came, latest first
	Related   []Related  `json:"related"`   // clusters that are near it in words, the nearest first
	Aliases   []Alias    `json:"aliases"`   // IDs that became part of it
	Apart     []string   `json:"apart"`     // clusters that a person took apart from it
	History   []Event    `json:"history"`   // latest first
}

// Template is a set of lines that differ in what varies.
type Template struct {
	ID         string    `json:"id"`
	Text       string    `json:"text"`
	Count      int64     `json:"count"`
	FirstSeen  time.Time `json:"first_seen"`
	LastSeen   time.Time `json:"last_seen"`
	Represents bool      `json:"represents"` // stands for its cluster
}

// Sample is a line as it came.
type Sample struct {
	Template string    `json:"template"`
	At       time.Time `json:"at"`
	Text     string    `json:"text"`
}

// Related is a cluster that is near another: perhaps the same, which a person may
// say by a merge.
type Related struct {
	Cluster  string   `json:"cluster"`
	Text     string   `json:"text"` // of a template
	Keywords []string `json:"keywords"`
	Solution string   `json:"solution"` // Markdown, empty without one
	Distance float64  `json:"distance"`
}

// Alias is an ID that became part of another.
type Alias struct {
	Kind   string    `json:"kind"` // template or cluster
	ID     string    `json:"id"`
	Target string    `json:"target"`
	At     time.Time `json:"at"`
}

// Event is something that a person did.
type Event struct {
	Revision int64     `json:"revision"`
	Cluster  string    `json:"cluster"`
	Action   string    `json:"action"` // solution, merge, split, noise, signal, join, leave, status, comment, undo
	Text     string    `json:"text"`   // of a solution; else the ID of the other cluster or the template
	Author   string    `json:"author"`
	At       time.Time `json:"at"` // by the wall clock
}

func viewCluster(c *store.Cluster, w Window) Cluster {
	view := Cluster{
		ID: c.ID, Partition: c.Partition, Text: c.Text, Keywords: filled(c.Keywords), Count: c.Count, TemplateCount: c.Templates,
		FirstSeen: c.FirstSeen, LastSeen: c.LastSeen, New: !c.FirstSeen.Before(w.From) && c.After >= learning, Noise: c.Noise,
		Counts: []int64{},
	}
	if c.Solution != nil {
		view.Solution = viewSolution(*c.Solution)
	}
	return view
}

func viewSolution(s store.Solution) Solution {
	view := Solution{Text: s.Text, Author: s.Author, Version: s.Version}
	if s.Version > 0 {
		view.Updated = &s.Updated
	}
	return view
}

func viewDetail(d *store.Detail, w Window) Detail {
	view := Detail{
		Cluster: viewCluster(&d.Cluster, w), Window: w, Apart: filled(d.Apart), History: viewEvents(d.History),
		Templates: make([]Template, 0, len(d.TemplateList)), Samples: make([]Sample, 0, len(d.Samples)), Aliases: make([]Alias, 0, len(d.Aliases)),
	}
	for _, t := range d.TemplateList {
		view.Templates = append(view.Templates, Template(t))
	}
	for _, s := range d.Samples {
		view.Samples = append(view.Samples, Sample(s))
	}
	for _, a := range d.Aliases {
		view.Aliases = append(view.Aliases, Alias(a))
	}
	view.Solution.HTML = render(view.Solution.Text)
	return view
}

func viewRelated(related []knowledge.Related) []Related {
	views := make([]Related, 0, len(related))
	for _, r := range related {
		views = append(views, Related{r.Cluster.String(), r.Text, filled(r.Keywords), r.Solution, r.Distance})
	}
	return views
}

func viewEvents(events []store.Event) []Event {
	views := make([]Event, 0, len(events))
	for _, e := range events {
		views = append(views, Event(e))
	}
	return views
}

// filled makes an empty list one in JSON, too.
func filled[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
