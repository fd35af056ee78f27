// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package notify tells others what happens to clusters: a new one that reports
// trouble, a known one that is back, one that grows much. A watcher looks into the
// store beside the flow, a sender posts to webhooks; both are bounded, and what cannot
// be sent is dropped and counted.
package notify // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/notify"

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Kind is what happened.
type Kind string

// The kinds.
const (
	New   Kind = "new"   // a cluster that was not there before reports trouble
	Back  Kind = "back"  // a cluster with a solution comes again after it was quiet
	Burst Kind = "burst" // a cluster has many more records in an hour than before
)

// Kinds are all of them.
var Kinds = []Kind{New, Back, Burst}

// Event is something to tell.
type Event struct {
	// ID is the same whenever the same is told, so that a receiver can tell repetitions.
	ID       string    `json:"id"`
	Kind     Kind      `json:"kind"`
	Cluster  string    `json:"cluster"`
	Service  string    `json:"service"`
	Text     string    `json:"text"`     // a template of its lines
	Keywords []string  `json:"keywords"` // of the cluster
	Solution string    `json:"solution"` // Markdown, empty without one
	At       time.Time `json:"at"`       // event time
	Hour     int64     `json:"hour"`     // records of the last hour, of a burst
	Before   float64   `json:"before"`   // of an hour of the day before, in the mean
	Link     string    `json:"link"`     // to the cluster on the page, empty when nobody said where that is
}

// Format is how an event is written.
type Format string

// The formats.
const (
	JSON         Format = "json"         // the event as it is
	Slack        Format = "slack"        // {"text": "..."}, which Mattermost and others take too
	Alertmanager Format = "alertmanager" // for POST /api/v2/alerts
)

// Formats are all of them.
var Formats = []Format{JSON, Slack, Alertmanager}

// said names the kinds for people.
var said = map[Kind]string{New: "New error", Back: "Known problem is back", Burst: "Burst of records"}

// body writes an event. None of its types can fail to be written.
func (f Format) body(e *Event) []byte {
	var v any
	switch f {
	case Slack:
		v = map[string]string{"text": e.text()}
	case Alertmanager:
		v = []any{map[string]any{
			"labels": map[string]string{
				"alertname": "LogCluster" + strings.ToUpper(string(e.Kind[:1])) + string(e.Kind[1:]), "service": e.Service, "cluster": e.Cluster,
			},
			"annotations":  map[string]string{"summary": e.title(), "description": e.Text, "solution": e.Solution},
			"startsAt":     e.At,
			"generatorURL": e.Link,
		}}
	default:
		v = e
	}
	body, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return body
}

func (e *Event) title() string {
	title := said[e.Kind] + " in " + e.Service
	if e.Service == "" {
		title = said[e.Kind]
	}
	if e.Kind == Burst {
		title += fmt.Sprintf(": %d in the hour, %.1f an hour before", e.Hour, e.Before)
	}
	return title
}

func (e *Event) text() string {
	lines := []string{"*" + e.title() + "*", "`" + strings.ReplaceAll(e.Text, "`", "'") + "`"}
	if e.Solution != "" {
		lines = append(lines, e.Solution)
	}
	if e.Link != "" {
		lines = append(lines, e.Link)
	}
	return strings.Join(lines, "\n")
}
