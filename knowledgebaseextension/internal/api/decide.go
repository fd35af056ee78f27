// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package api // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/api"

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"
)

func (s *server) getSolution(w http.ResponseWriter, r *http.Request) error {
	base, err := s.base()
	if err != nil {
		return err
	}
	detail, err := base.Cluster(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	solution := store.Solution{}
	if detail.Solution != nil {
		solution = *detail.Solution
	}
	return writeSolution(w, solution)
}

// writeSolution answers with a solution and its version as the ETag.
func writeSolution(w http.ResponseWriter, solution store.Solution) error {
	view := viewSolution(solution)
	view.HTML = render(view.Text)
	w.Header().Set("ETag", strconv.Quote(strconv.FormatInt(view.Version, 10)))
	return writeJSON(w, view)
}

func (s *server) putSolution(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Text *string `json:"text"`
	}
	if err := readJSON(w, r, &body); err != nil {
		return err
	}
	if body.Text == nil {
		return problem(http.StatusBadRequest, "text is missing")
	}
	return s.setSolution(w, r, *body.Text)
}

func (s *server) deleteSolution(w http.ResponseWriter, r *http.Request) error {
	return s.setSolution(w, r, "")
}

func (s *server) setSolution(w http.ResponseWriter, r *http.Request, text string) error {
	base, err := s.base()
	if err != nil {
		return err
	}
	version, err := ifMatch(r)
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		text = ""
	}
	solution, err := base.SetSolution(r.Context(), store.Edit{
		Cluster: r.PathValue("id"), Text: text, Author: author(r), IfVersion: version,
	})
	if errors.Is(err, store.ErrConflict) {
		current := viewSolution(solution)
		current.HTML = render(current.Text)
		p := problem(http.StatusPreconditionFailed, "somebody else changed the solution meanwhile: its version is %d now", current.Version)
		p.Current = &current
		return p
	}
	if err != nil {
		return err
	}
	return writeSolution(w, solution)
}

// ifMatch returns the version that a client saw, nil when it does not say.
func ifMatch(r *http.Request) (*int64, error) {
	header := strings.TrimSpace(r.Header.Get("If-Match"))
	if header == "" || header == "*" {
		return nil, nil
	}
	// Proxies that compress make an ETag a weak one.
	version, err := strconv.ParseInt(strings.Trim(strings.TrimPrefix(header, "W/"), `"`), 10, 64)
	if err != nil || version < 0 {
		return nil, problem(http.StatusBadRequest, "If-Match must be the version of a solution, such as \"3\", got %q", header)
	}
	return &version, nil
}

func (s *server) setNoise(noise bool) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		base, err := s.base()
		if err != nil {
			return err
		}
		if err := base.SetNoise(r.Context(), r.PathValue("id"), noise, author(r)); err != nil {
			return err
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
}

// Joined says which cluster a merge or a split made.
type Joined struct {
	Cluster string `json:"cluster"`
}

func (s *server) merge(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Clusters []string `json:"clusters"`
	}
	if err := readJSON(w, r, &body); err != nil {
		return err
	}
	if len(body.Clusters) != 2 {
		return problem(http.StatusBadRequest, "clusters must be two IDs, got %d", len(body.Clusters))
	}
	base, err := s.base()
	if err != nil {
		return err
	}
	survivor, err := base.Merge(r.Context(), body.Clusters[0], body.Clusters[1], author(r))
	if err != nil {
		return err
	}
	return writeJSON(w, Joined{survivor})
}

func (s *server) split(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Template string `json:"template"`
	}
	if err := readJSON(w, r, &body); err != nil {
		return err
	}
	base, err := s.base()
	if err != nil {
		return err
	}
	id, err := base.Split(r.Context(), body.Template, author(r))
	if err != nil {
		return err
	}
	return writeJSON(w, Joined{id})
}
