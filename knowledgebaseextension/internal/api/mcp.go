// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package api // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/api"

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"go.uber.org/zap"

	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// mcpPath is where programs that speak the Model Context Protocol ask.
const mcpPath = "/mcp"

// Brief is a cluster as a list of a tool has it.
type Brief struct {
	ID        string    `json:"id"`
	Partition string    `json:"partition" jsonschema:"the service"`
	Text      string    `json:"text" jsonschema:"a template of its lines"`
	Count     int64     `json:"count" jsonschema:"records ever"`
	FirstSeen time.Time `json:"first_seen"`
	LastSeen  time.Time `json:"last_seen"`
	Solution  string    `json:"solution" jsonschema:"what to do, in Markdown; empty when nobody wrote it down"`
}

// Briefs are clusters.
type Briefs struct {
	Clusters []Brief `json:"clusters"`
}

// Full is one cluster with what helps to understand it.
type Full struct {
	Brief
	Lines   []string  `json:"lines" jsonschema:"lines as they came, the latest first"`
	Related []Related `json:"related" jsonschema:"clusters that are near it in words"`
}

// What the tools take.
type (
	matchInput struct {
		Text    string `json:"text" jsonschema:"a log line, a stack trace, a chat message, JSON of an alert"`
		Service string `json:"service,omitempty" jsonschema:"the service that it is most likely of"`
		Limit   int    `json:"limit,omitempty" jsonschema:"how many answers, 1 to 50; 10 unless said"`
	}
	searchInput struct {
		Words string `json:"words,omitempty" jsonschema:"words that all must occur; none lists the most frequent"`
		Limit int    `json:"limit,omitempty" jsonschema:"1 to 50; 10 unless said"`
	}
	sinceInput struct {
		Since time.Time `json:"since" jsonschema:"event time, such as 2026-03-14T09:26:00Z"`
		Limit int       `json:"limit,omitempty" jsonschema:"1 to 50; 10 unless said"`
	}
	clusterInput struct {
		ID string `json:"id" jsonschema:"16 hex digits, of a cluster or a template"`
	}
)

// mcp serves the tools. Each request stands alone, so that nothing is kept of a client;
// hosts and origins have been checked before.
func (s *server) mcp() http.Handler {
	tools := mcp.NewServer(&mcp.Implementation{Name: "otelcol-aiops knowledge base", Version: "1"}, nil)
	readOnly := &mcp.ToolAnnotations{ReadOnlyHint: true}
	add := func(name, what string) *mcp.Tool {
		return &mcp.Tool{Name: name, Description: what, Annotations: readOnly}
	}
	mcp.AddTool(tools, add("match", "What a text is about: the clusters of log lines that it is likely of, with a confidence that is a probability, and their solutions. "+
		"`matches` are answers, `offers` are not sure enough to be one: say that you are unsure when there are offers only."), tool(s, s.toolMatch))
	mcp.AddTool(tools, add("search", "Clusters of log lines by words"), tool(s, s.toolSearch))
	mcp.AddTool(tools, add("new_since", "Clusters that were first seen since a time, the newest first"), tool(s, s.toolSince))
	mcp.AddTool(tools, add("cluster", "One cluster with its solution, lines as they came, and what is near"), tool(s, s.toolCluster))
	handler := mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return tools }, &mcp.StreamableHTTPOptions{
		Stateless: true, JSONResponse: true, DisableLocalhostProtection: true, MaxRequestBodyBytes: maxJSON,
	})
	return s.serve(func(w http.ResponseWriter, r *http.Request) error {
		handler.ServeHTTP(w, r)
		return nil
	})
}

// tool keeps from a client what only the log may say.
func tool[In, Out any](s *server, do func(context.Context, In) (Out, error)) mcp.ToolHandlerFor[In, Out] {
	return func(ctx context.Context, request *mcp.CallToolRequest, in In) (*mcp.CallToolResult, Out, error) {
		out, err := do(ctx, in)
		var p *Problem
		if err == nil || errors.As(err, &p) || errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrInvalid) {
			return nil, out, err
		}
		s.Logger.Error("The knowledge base's store failed a request", zap.String("tool", request.Params.Name), zap.Error(err))
		return nil, out, errors.New("the store does not answer at the moment; the collector's log says why")
	}
}

// limited is how many are asked for, within bounds.
func limited(n int) int {
	if n == 0 {
		n = knowledge.DefaultLimit
	}
	return min(max(n, 1), maxMatches)
}

func (s *server) toolMatch(_ context.Context, in matchInput) (Matches, error) {
	query := knowledge.Query{Text: in.Text, Limit: limited(in.Limit)}
	if in.Service != "" {
		query.Resource = map[string]string{"service.name": in.Service}
	}
	if len(in.Text) == 0 || len(in.Text) > maxLine {
		return Matches{}, problem(http.StatusBadRequest, "text must have 1 to %d bytes, got %d", maxLine, len(in.Text))
	}
	found, err := s.Base.Match(query)
	if err != nil {
		return Matches{}, problem(http.StatusServiceUnavailable, "nothing matches lines here: %v", err)
	}
	return viewMatches(found), nil
}

func (s *server) toolSearch(ctx context.Context, in searchInput) (Briefs, error) {
	if len(in.Words) > maxSearch {
		return Briefs{}, problem(http.StatusBadRequest, "words must have at most %d bytes, got %d", maxSearch, len(in.Words))
	}
	return s.briefs(ctx, store.Query{Search: in.Words, Limit: limited(in.Limit)})
}

func (s *server) toolSince(ctx context.Context, in sinceInput) (Briefs, error) {
	return s.briefs(ctx, store.Query{Sort: store.ByNewest, Since: in.Since, Limit: limited(in.Limit)})
}

func (s *server) briefs(ctx context.Context, query store.Query) (Briefs, error) {
	base, err := s.base()
	if err != nil {
		return Briefs{}, err
	}
	page, err := base.Clusters(ctx, query)
	out := Briefs{Clusters: make([]Brief, 0, len(page.Clusters))}
	for i := range page.Clusters {
		out.Clusters = append(out.Clusters, brief(&page.Clusters[i]))
	}
	return out, err
}

func (s *server) toolCluster(ctx context.Context, in clusterInput) (Full, error) {
	base, err := s.base()
	if err != nil {
		return Full{}, err
	}
	detail, err := base.Cluster(ctx, in.ID)
	if err != nil {
		return Full{}, err
	}
	id, err := store.ParseID(detail.ID)
	if err != nil {
		return Full{}, err
	}
	out := Full{Brief: brief(&detail.Cluster), Lines: []string{}, Related: viewRelated(s.Base.Related(detail.Partition, knowledge.ID(id)))}
	for _, sample := range detail.Samples {
		out.Lines = append(out.Lines, sample.Text)
	}
	return out, nil
}

func brief(c *store.Cluster) Brief {
	b := Brief{ID: c.ID, Partition: c.Partition, Text: c.Text, Count: c.Count, FirstSeen: c.FirstSeen, LastSeen: c.LastSeen}
	if c.Solution != nil {
		b.Solution = c.Solution.Text
	}
	return b
}
