// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package api // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/api"

import (
	"io"
	"net/http"
	"strings"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// Matches is what a line would be taken for, the surest first.
type Matches struct {
	Matches []Match `json:"matches"`
}

// Match is what a line would be taken for in one partition.
type Match struct {
	Partition  string           `json:"partition"`
	Template   *MatchedTemplate `json:"template"` // null when only the words are near
	Cluster    string           `json:"cluster"`
	Keywords   []string         `json:"keywords"`
	Solution   string           `json:"solution"` // Markdown, empty without one
	Noise      bool             `json:"noise"`
	Confidence float64          `json:"confidence"` // 1: lines of exactly this form were seen
	How        knowledge.How    `json:"how"`
}

// MatchedTemplate is the template that a line fits.
type MatchedTemplate struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

// match reads memory only: neither store nor disk is asked.
func (s *server) match(w http.ResponseWriter, r *http.Request) error {
	// The body is the line, whatever curl --data says that it is.
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxLine))
	if err != nil {
		return err
	}
	query := whereOf(r)
	query.Text = strings.TrimRight(string(body), "\r\n")
	if query.Text == "" {
		return problem(http.StatusBadRequest, "the body is empty; it should be a log line")
	}
	found, err := s.Base.Match(query)
	if err != nil {
		return problem(http.StatusServiceUnavailable, "nothing matches lines here: %v", err)
	}
	view := Matches{Matches: make([]Match, 0, len(found))}
	for _, m := range found {
		match := Match{
			Partition: m.Partition, Cluster: m.Cluster.String(), Keywords: filled(m.Keywords), Solution: m.Solution,
			Noise: m.Noise, Confidence: m.Confidence, How: m.How,
		}
		if m.Template != 0 {
			match.Template = &MatchedTemplate{ID: m.Template.String(), Text: m.TemplateText}
		}
		view.Matches = append(view.Matches, match)
	}
	return writeJSON(w, view)
}

// whereOf reads the partition to look in.
func whereOf(r *http.Request) (query knowledge.Query) {
	for name, values := range r.URL.Query() {
		if name == "partition" {
			query.Partition = &values[0]
			continue
		}
		if query.Resource == nil {
			query.Resource = map[string]string{}
		}
		query.Resource[name] = values[0]
	}
	return query
}
