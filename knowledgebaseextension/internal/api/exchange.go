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
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// file is solutions as they go to a YAML file and back. Author and updated are not read
// again.
type file struct {
	Solutions []entry `yaml:"solutions"`
}

// entry is a solution, and the clusters that it is for: one, and others.
type entry struct {
	member   `yaml:",inline"`
	Also     []member  `yaml:"also,omitempty"`
	Author   string    `yaml:"author,omitempty"`
	Updated  time.Time `yaml:"updated,omitempty"`
	Solution string    `yaml:"solution"`
}

// member is a cluster by its ID and by what it says.
type member struct {
	Cluster   string `yaml:"cluster"`
	Partition string `yaml:"partition,omitempty"`
	Template  string `yaml:"template,omitempty"` // as earlier versions wrote it: the text of one
	Says      []said `yaml:"says,omitempty"`
}

// said is a template.
type said struct {
	ID     string `yaml:"id,omitempty"`
	Text   string `yaml:"template"`
	Sample string `yaml:"sample,omitempty"`
}

const (
	// maxSolutions is how many solutions a file has at most.
	maxSolutions = 100_000
	// maxWaiting is how many of those that wait are listed.
	maxWaiting = 1000
	// importTimeout is for so many.
	importTimeout = 10 * time.Minute
)

func (s *server) exportSolutions(w http.ResponseWriter, r *http.Request) error {
	p := params{query: r.URL.Query()}
	samples := !p.query.Has("samples") || p.boolean("samples")
	if p.err != nil {
		return p.err
	}
	base, err := s.base()
	if err != nil {
		return err
	}
	solutions, err := base.Solutions(r.Context())
	if err != nil {
		return err
	}
	all := file{Solutions: make([]entry, 0, len(solutions))}
	for i := range solutions {
		all.Solutions = append(all.Solutions, viewEntry(&solutions[i], samples))
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

func viewEntry(e *store.Exported, samples bool) entry {
	view := entry{member: viewMember(&e.Member, samples), Author: e.Author, Updated: e.Updated, Solution: e.Text}
	for i := range e.Also {
		view.Also = append(view.Also, viewMember(&e.Also[i], samples))
	}
	return view
}

func viewMember(m *store.Member, samples bool) member {
	view := member{Cluster: m.Cluster, Partition: m.Partition}
	for _, s := range m.Says {
		if !samples {
			s.Sample = ""
		}
		view.Says = append(view.Says, said{ID: s.Template, Text: s.Text, Sample: s.Sample})
	}
	return view
}

func (m *member) read() store.Member {
	read := store.Member{Cluster: m.Cluster, Partition: m.Partition}
	for _, s := range m.Says {
		read.Says = append(read.Says, store.Said{Template: s.ID, Text: s.Text, Sample: s.Sample})
	}
	if len(read.Says) == 0 && m.Template != "" {
		read.Says = []store.Said{{Text: m.Template}}
	}
	return read
}

// ImportResult says what an import did.
type ImportResult struct {
	Written   int             `json:"written"`
	Unchanged int             `json:"unchanged"`
	Attached  int             `json:"attached"`
	Waiting   int             `json:"waiting"`
	Refused   int             `json:"refused"`
	Entries   []ImportedEntry `json:"entries"` // in the order of the file
}

// ImportedEntry says what became of an entry.
type ImportedEntry struct {
	Cluster  string        `json:"cluster"` // as the file has it
	Outcome  store.Outcome `json:"outcome"`
	Clusters []string      `json:"clusters"` // that are known and have the solution now
	Reason   string        `json:"reason"`   // why it waits or was refused
}

func (s *server) importSolutions(w http.ResponseWriter, r *http.Request) error {
	if err := requireType(r, "application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"); err != nil {
		return err
	}
	if !s.importing.TryLock() { // it may take all the memory that a file of the largest size takes
		return problem(http.StatusConflict, "another import runs at the moment")
	}
	defer s.importing.Unlock()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxImport))
	if err != nil {
		return err
	}
	entries, err := readFile(body)
	if err != nil {
		return err
	}
	base, err := s.base()
	if err != nil {
		return err
	}
	done, err := base.Import(r.Context(), entries, author(r), s.reads)
	if err != nil {
		return err
	}
	return writeJSON(w, viewImported(entries, done))
}

// reads says which cluster a line goes to, when a processor of this process can.
func (s *server) reads(partition, line string) string {
	said, err := s.Base.Explain(knowledge.Query{Text: line, Partition: &partition})
	if err != nil || said.Cluster == 0 {
		return ""
	}
	return said.Cluster.String()
}

// readFile reads all documents of a file.
func readFile(body []byte) ([]store.Exported, error) {
	var all []store.Exported
	d := yaml.NewDecoder(bytes.NewReader(body))
	d.KnownFields(true)
	for {
		var part file
		err := d.Decode(&part)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, problem(http.StatusBadRequest, "the body is not the YAML that is expected: %v", err)
		}
		for i := range part.Solutions {
			e := &part.Solutions[i]
			read := store.Exported{Member: e.member.read(), Text: e.Solution}
			for k := range e.Also {
				read.Also = append(read.Also, e.Also[k].read())
			}
			all = append(all, read)
		}
		if len(all) > maxSolutions {
			return nil, problem(http.StatusBadRequest, "a file may have at most %d solutions", maxSolutions)
		}
	}
}

func viewImported(entries []store.Exported, done []store.Imported) ImportResult {
	view := ImportResult{Entries: make([]ImportedEntry, 0, len(done))}
	for i, d := range done {
		switch {
		case d.Outcome == store.Refused:
			view.Refused++
		case d.Unchanged:
			view.Unchanged++
		default:
			view.Written++
		}
		switch d.Outcome {
		case store.Attached:
			view.Attached++
		case store.Waits:
			view.Waiting++
		}
		view.Entries = append(view.Entries, ImportedEntry{
			Cluster: entries[i].Cluster, Outcome: d.Outcome, Clusters: filled(d.Clusters), Reason: d.Reason,
		})
	}
	return view
}

// WaitingSolution is a solution of which no cluster is known yet.
type WaitingSolution struct {
	Cluster   string    `json:"cluster"`
	Partition string    `json:"partition"`
	Says      string    `json:"says"` // a template of the cluster, as the file had it
	Text      string    `json:"text"`
	Author    string    `json:"author"`
	Updated   time.Time `json:"updated"`
}

func (s *server) waiting(w http.ResponseWriter, r *http.Request) error {
	base, err := s.base()
	if err != nil {
		return err
	}
	all, err := base.Waiting(r.Context())
	if err != nil {
		return err
	}
	views := make([]WaitingSolution, 0, maxWaiting)
	for i := range all[:min(len(all), maxWaiting)] {
		e := &all[i]
		view := WaitingSolution{Cluster: e.Cluster, Partition: e.Partition, Text: e.Text, Author: e.Author, Updated: e.Updated}
		if len(e.Says) > 0 {
			view.Says = e.Says[0].Text
		}
		views = append(views, view)
	}
	return writeJSON(w, map[string]any{"solutions": views, "total": len(all)})
}
