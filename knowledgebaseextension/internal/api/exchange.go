// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package api // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/api"

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"
)

// file is solutions as they go to a YAML file and back. Only cluster and solution
// are read again.
type file struct {
	Solutions []entry `yaml:"solutions"`
}

type entry struct {
	Cluster   string    `yaml:"cluster"`
	Partition string    `yaml:"partition,omitempty"`
	Template  string    `yaml:"template,omitempty"`
	Author    string    `yaml:"author,omitempty"`
	Updated   time.Time `yaml:"updated,omitempty"`
	Solution  string    `yaml:"solution"`
}

// maxSolutions is how many solutions a file has at most.
const maxSolutions = 100_000

func (s *server) exportSolutions(w http.ResponseWriter, r *http.Request) error {
	base, err := s.base()
	if err != nil {
		return err
	}
	solutions, err := base.Solutions(r.Context())
	if err != nil {
		return err
	}
	all := file{Solutions: make([]entry, 0, len(solutions))}
	for _, e := range solutions {
		all.Solutions = append(all.Solutions, entry{
			Cluster: e.Cluster, Partition: e.Partition, Template: e.Template, Author: e.Author, Updated: e.Updated, Solution: e.Text,
		})
	}
	body, err := yaml.Marshal(all)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/yaml")
	w.Header().Set("Content-Disposition", `attachment; filename="solutions.yaml"`)
	_, err = w.Write(body)
	return gone(err)
}

// ImportResult says what an import did.
type ImportResult struct {
	Written   int `json:"written"`
	Unchanged int `json:"unchanged"`
}

func (s *server) importSolutions(w http.ResponseWriter, r *http.Request) error {
	if err := requireType(r, "application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"); err != nil {
		return err
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxImport))
	if err != nil {
		return err
	}
	var all file
	d := yaml.NewDecoder(bytes.NewReader(body))
	d.KnownFields(true)
	if err := d.Decode(&all); err != nil && !errors.Is(err, io.EOF) {
		return problem(http.StatusBadRequest, "the body is not the YAML that is expected: %v", err)
	}
	if len(all.Solutions) > maxSolutions {
		return problem(http.StatusBadRequest, "a file may have at most %d solutions, got %d", maxSolutions, len(all.Solutions))
	}
	base, err := s.base()
	if err != nil {
		return err
	}
	solutions := make([]store.Exported, 0, len(all.Solutions))
	for _, e := range all.Solutions {
		solutions = append(solutions, store.Exported{Cluster: e.Cluster, Text: e.Solution})
	}
	done, err := base.Import(r.Context(), solutions, author(r))
	if err != nil {
		return err
	}
	return writeJSON(w, ImportResult(done))
}
