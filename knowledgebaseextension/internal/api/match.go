// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package api // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/api"

import (
	"io"
	"net/http"
	"strings"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// Matches is what a text may be about.
type Matches struct {
	Matches []Match `json:"matches"` // answers, the surest first
	Offers  []Match `json:"offers"`  // what is near, but not sure enough to be an answer
	// FirstWithSolution is the place of the first among the answers that has a solution.
	FirstWithSolution *int `json:"first_with_solution"`
}

// Match is what a text may be about, in one partition.
type Match struct {
	Partition  string           `json:"partition"`
	Elsewhere  bool             `json:"elsewhere"` // another partition than the one that was told
	Line       string           `json:"line"`      // the part of the text that was matched
	Text       string           `json:"text"`      // of the template that was found
	Template   *MatchedTemplate `json:"template"`  // null when only the meaning is near
	Cluster    string           `json:"cluster"`
	Keywords   []string         `json:"keywords"`
	Solution   string           `json:"solution"` // Markdown, empty without one
	Noise      bool             `json:"noise"`
	Confidence float64          `json:"confidence"` // how likely it is right; 1: lines of exactly this form were seen
	How        knowledge.How    `json:"how"`
}

// MatchedTemplate is the template that a line fits.
type MatchedTemplate struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

// maxMatches is how many matches may be asked for.
const maxMatches = 50

// match reads memory only: neither store nor disk is asked.
func (s *server) match(w http.ResponseWriter, r *http.Request) error {
	// The body is the text, whatever curl --data says that it is.
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxLine))
	if err != nil {
		return err
	}
	p := params{query: r.URL.Query()}
	query := whereOf(r)
	query.Limit = p.number("limit", knowledge.DefaultLimit, 1, maxMatches)
	if p.err != nil {
		return p.err
	}
	query.Text = strings.TrimRight(string(body), "\r\n")
	if query.Text == "" {
		return problem(http.StatusBadRequest, "the body is empty; it should be a log line, or a text with one")
	}
	found, err := s.Base.Match(query)
	if err != nil {
		return problem(http.StatusServiceUnavailable, "nothing matches lines here: %v", err)
	}
	return writeJSON(w, viewMatches(found))
}

func viewMatches(found []knowledge.Match) Matches {
	view := Matches{Matches: []Match{}, Offers: []Match{}}
	for i := range found {
		m := &found[i]
		match := Match{
			Partition: m.Partition, Elsewhere: m.Elsewhere, Line: m.Line, Text: m.Text, Cluster: m.Cluster.String(), Keywords: filled(m.Keywords),
			Solution: m.Solution, Noise: m.Noise, Confidence: m.Confidence, How: m.How,
		}
		if m.Template != 0 {
			match.Template = &MatchedTemplate{ID: m.Template.String(), Text: m.TemplateText}
		}
		if m.Confidence < knowledge.Sure {
			view.Offers = append(view.Offers, match)
			continue
		}
		if m.Solution != "" && view.FirstWithSolution == nil {
			place := len(view.Matches)
			view.FirstWithSolution = &place
		}
		view.Matches = append(view.Matches, match)
	}
	return view
}

// whereOf reads the partition to look in.
func whereOf(r *http.Request) (query knowledge.Query) {
	for name, values := range r.URL.Query() {
		switch name {
		case "limit":
			continue
		case "partition":
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
