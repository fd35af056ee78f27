// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package api // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/api"

import (
	"net/http"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// maxExplained is how many lines are explained at once.
const maxExplained = 10

// Explanations is how lines are read, in their order.
type Explanations struct {
	Lines []Explanation `json:"lines"`
	// Same is true when all lines are one cluster by what they say. Differences
	// says where the second and later ones differ from the first.
	Same        bool     `json:"same"`
	Differences []string `json:"differences"`
}

// Explanation is how a line is read, step by step.
type Explanation struct {
	Carrier    []Part       `json:"carrier"` // told from the message, from the outside in
	Level      string       `json:"level"`
	Message    string       `json:"message"`
	Template   string       `json:"template"`
	TemplateID string       `json:"template_id"` // empty where the partition does not know it
	Statement  Statement    `json:"statement"`
	Partition  *string      `json:"partition"` // null when none was named
	Cluster    string       `json:"cluster"`   // empty when no partition was named
	By         knowledge.By `json:"by"`        // who decides about the cluster
}

// Part is a piece of a line's carrier.
type Part struct {
	Kind string `json:"kind"`
	Text string `json:"text"`
}

// Statement is what a message says.
type Statement struct {
	Key       string   `json:"key"`
	Failed    bool     `json:"failed"`
	Negations int      `json:"negations"`
	Succeeded bool     `json:"succeeded"`
	UnderWay  bool     `json:"under_way"`
	Senses    []string `json:"senses"`
	Words     []string `json:"words"`
}

// explain reads memory only, as match does.
func (s *server) explain(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Lines []string `json:"lines"`
	}
	if err := readJSON(w, r, &body); err != nil {
		return err
	}
	if len(body.Lines) < 1 || len(body.Lines) > maxExplained {
		return problem(http.StatusBadRequest, "lines must have 1 to %d log lines, got %d", maxExplained, len(body.Lines))
	}
	query := whereOf(r)
	view := Explanations{Same: true, Differences: []string{}}
	var first knowledge.Statement
	for i, line := range body.Lines {
		query.Text = line
		said, err := s.Base.Explain(query)
		if err != nil {
			return problem(http.StatusServiceUnavailable, "nothing reads lines here: %v", err)
		}
		if i == 0 {
			first = said.Statement
		} else if differences := first.Differences(&said.Statement); len(differences) > 0 {
			view.Same = false
			view.Differences = append(view.Differences, differences...)
		}
		view.Lines = append(view.Lines, viewExplanation(&said))
	}
	return writeJSON(w, view)
}

func viewExplanation(e *knowledge.Explanation) Explanation {
	view := Explanation{
		Carrier: make([]Part, 0, len(e.Carrier)), Level: e.Level, Message: e.Message, Template: e.Template,
		Statement: Statement(e.Statement), Partition: e.Partition, By: e.By,
	}
	for _, part := range e.Carrier {
		view.Carrier = append(view.Carrier, Part(part))
	}
	view.Statement.Senses, view.Statement.Words = filled(view.Statement.Senses), filled(view.Statement.Words)
	if e.TemplateID != 0 {
		view.TemplateID = e.TemplateID.String()
	}
	if e.Cluster != 0 {
		view.Cluster = e.Cluster.String()
	}
	return view
}
