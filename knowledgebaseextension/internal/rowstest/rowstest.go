// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package rowstest makes rows as a log_cluster processor has them, for tests of
// what keeps them.
package rowstest // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/rowstest"

import (
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// Begin is when the tests' lines begin.
var Begin = time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)

// Wording is a template of one shape.
type Wording struct {
	ID, Cluster knowledge.ID
	Text        string
	Count       int64         // lines
	At          time.Duration // of them all, since Begin
}

// Wordings of three clusters, the first two of one.
var (
	TableGone  = Wording{0xa1, 0xa1, "Table not found: <*>", 3, 0}
	NoTable    = Wording{0xa2, 0xa1, "<*>: no such table exists", 2, time.Minute}
	DiskFull   = Wording{0xb1, 0xb1, "disk <path> is full", 7, 2 * time.Minute}
	NoSpace    = Wording{0xb2, 0xb2, "100% no space_left on <path>", 1, 3 * time.Minute}
	Everything = []Wording{TableGone, NoTable, DiskFull, NoSpace}
)

// Rows makes the rows that a processor has of new templates.
func Rows(words ...Wording) *knowledge.Rows {
	rows := &knowledge.Rows{}
	seen := map[knowledge.ID]bool{}
	for i, w := range words {
		birth := Begin.Add(w.At).UnixNano()
		rows.Shapes = append(rows.Shapes, knowledge.Shape{
			Hash: w.ID, Seq: uint64(i + 1), Template: w.ID, Founded: true, Masked: "\x01" + w.Text,
			Birth: birth, LastSeen: birth, Count: w.Count,
		})
		rows.Templates = append(rows.Templates, knowledge.Template{ID: w.ID, Cluster: w.Cluster, Text: w.Text, Birth: birth, Represents: true})
		if !seen[w.Cluster] {
			seen[w.Cluster] = true
			rows.Clusters = append(rows.Clusters, knowledge.Cluster{ID: w.Cluster, Birth: birth, Keywords: []string{"word" + w.Cluster.String()[12:]}})
		}
	}
	return rows
}
