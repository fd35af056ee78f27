// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package api // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/api"

import (
	"net/http"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"
)

// Status is where people are with the problem of a cluster.
type Status struct {
	State   store.ProblemState `json:"state"`
	Owner   string             `json:"owner"`
	Version string             `json:"version"` // that resolves it
	Ticket  string             `json:"ticket"`  // URL
	Runbook string             `json:"runbook"` // URL
	Until   *time.Time         `json:"until"`   // of ignored, null for ever
	Updated *time.Time         `json:"updated"` // null when nobody has said anything
	Author  string             `json:"author"`
	Back    Back               `json:"back"`
}

// Back is what came of a problem after it was resolved.
type Back struct {
	Times   int64      `json:"times"`
	Records int64      `json:"records"`
	Latest  *time.Time `json:"latest"` // event time
}

func viewStatus(s *store.Status) Status {
	return Status{
		State: s.State, Owner: s.Owner, Version: s.Version, Ticket: s.Ticket, Runbook: s.Runbook,
		Until: optional(s.Until), Updated: optional(s.At), Author: s.Author,
		Back: Back{Times: s.Back.Times, Records: s.Back.Records, Latest: optional(s.Back.Latest)},
	}
}

func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (s *server) getStatus(w http.ResponseWriter, r *http.Request) error {
	base, err := s.base()
	if err != nil {
		return err
	}
	status, err := base.Status(r.Context(), r.PathValue("id"), time.Now())
	if err != nil {
		return err
	}
	return writeJSON(w, viewStatus(&status))
}

func (s *server) putStatus(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		State   store.ProblemState `json:"state"`
		Owner   string             `json:"owner"`
		Version string             `json:"version"`
		Ticket  string             `json:"ticket"`
		Runbook string             `json:"runbook"`
		Until   time.Time          `json:"until"`
	}
	if err := readJSON(w, r, &body); err != nil {
		return err
	}
	base, err := s.base()
	if err != nil {
		return err
	}
	status, err := base.SetStatus(r.Context(), r.PathValue("id"), store.Status{
		State: body.State, Owner: body.Owner, Version: body.Version, Ticket: body.Ticket, Runbook: body.Runbook, Until: body.Until,
	}, author(r), time.Now())
	if err != nil {
		return err
	}
	return writeJSON(w, viewStatus(&status))
}

func (s *server) comment(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Text string `json:"text"`
	}
	if err := readJSON(w, r, &body); err != nil {
		return err
	}
	base, err := s.base()
	if err != nil {
		return err
	}
	if err := base.Comment(r.Context(), r.PathValue("id"), body.Text, author(r)); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
