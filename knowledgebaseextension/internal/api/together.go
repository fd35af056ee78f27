// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package api // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/api"

import (
	"net/http"
	"strconv"

	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"
)

// maxJoined is how many clusters become members of a problem at once.
const maxJoined = 100

// Together is what a cluster shares its solution with, and could.
type Together struct {
	Members []ProblemCluster `json:"members"` // the cluster itself too
	Offered []ProblemCluster `json:"offered"` // they say the same in other services
}

// ProblemCluster is a cluster of a problem.
type ProblemCluster struct {
	Cluster   string `json:"cluster"`
	Partition string `json:"partition"`
	Text      string `json:"text"`  // of the template that stands for it
	Known     bool   `json:"known"` // false while it waits for its lines
}

func (s *server) getProblem(w http.ResponseWriter, r *http.Request) error {
	base, err := s.base()
	if err != nil {
		return err
	}
	found, err := base.Problem(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return writeJSON(w, Together{Members: viewProblem(found.Members), Offered: viewProblem(found.Offered)})
}

func viewProblem(clusters []store.ProblemCluster) []ProblemCluster {
	views := make([]ProblemCluster, 0, len(clusters))
	for _, c := range clusters {
		views = append(views, ProblemCluster(c))
	}
	return views
}

func (s *server) joinProblem(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Clusters []string `json:"clusters"`
	}
	if err := readJSON(w, r, &body); err != nil {
		return err
	}
	if len(body.Clusters) < 1 || len(body.Clusters) > maxJoined {
		return problem(http.StatusBadRequest, "clusters must be 1 to %d IDs, got %d", maxJoined, len(body.Clusters))
	}
	base, err := s.base()
	if err != nil {
		return err
	}
	if err := base.JoinProblem(r.Context(), r.PathValue("id"), body.Clusters, author(r)); err != nil {
		return err
	}
	return s.getProblem(w, r)
}

func (s *server) leaveProblem(w http.ResponseWriter, r *http.Request) error {
	base, err := s.base()
	if err != nil {
		return err
	}
	if err := base.LeaveProblem(r.Context(), r.PathValue("id"), author(r)); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *server) undo(w http.ResponseWriter, r *http.Request) error {
	revision, err := strconv.ParseInt(r.PathValue("revision"), 10, 64)
	if err != nil || revision < 1 {
		return problem(http.StatusBadRequest, "the revision must be a number of the history, got %q", r.PathValue("revision"))
	}
	base, err := s.base()
	if err != nil {
		return err
	}
	if err := base.Undo(r.Context(), revision, author(r)); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
