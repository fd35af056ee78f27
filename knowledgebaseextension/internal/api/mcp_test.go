// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// asked connects the SDK's own client.
func asked(t *testing.T, h *harness) *mcp.ClientSession {
	client := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil)
	session, err := client.Connect(t.Context(), &mcp.StreamableClientTransport{
		Endpoint: h.server.URL + mcpPath, HTTPClient: h.server.Client(), MaxRetries: -1, DisableStandaloneSSE: true,
	}, nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, session.Close()) })
	return session
}

// call calls a tool and reads its answer, or returns what it says is wrong.
func call(t *testing.T, session *mcp.ClientSession, name string, arguments map[string]any, into any) string {
	result, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: name, Arguments: arguments})
	require.NoError(t, err)
	if result.IsError {
		return result.Content[0].(*mcp.TextContent).Text
	}
	text, err := json.Marshal(result.StructuredContent)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, into))
	return ""
}

func TestMCP(t *testing.T) {
	h := onSQLite(t)
	h.ok(t, http.MethodPut, "/api/v1/clusters/"+full+"/solution", `{"text": "Delete."}`, nil)
	h.base.matcher = lookup{
		"disk is full": {Partition: "shop", Cluster: 0xb1, Text: "disk <path> is full", Solution: "Delete.", Confidence: 1, How: knowledge.Known},
		"disk, maybe":  {Partition: "shop", Cluster: 0xb1, Text: "disk <path> is full", Solution: "Delete.", Confidence: 0.3, How: knowledge.Near},
	}
	session := asked(t, h)
	listed, err := session.ListTools(t.Context(), nil)
	require.NoError(t, err)
	var names []string
	for _, tool := range listed.Tools {
		names = append(names, tool.Name)
		require.True(t, tool.Annotations.ReadOnlyHint)
	}
	require.ElementsMatch(t, []string{"match", "search", "new_since", "cluster"}, names)

	var m Matches
	require.Empty(t, call(t, session, "match", map[string]any{"text": "disk is full", "service": "shop"}, &m))
	require.Equal(t, full, m.Matches[0].Cluster)
	require.Equal(t, 0, *m.FirstWithSolution)
	require.Empty(t, call(t, session, "match", map[string]any{"text": "disk, maybe"}, &m))
	require.Empty(t, m.Matches)
	require.Len(t, m.Offers, 1)
	require.Contains(t, call(t, session, "match", map[string]any{"text": ""}, &m), "text must have 1 to")

	var b Briefs
	require.Empty(t, call(t, session, "search", map[string]any{"words": "disk"}, &b))
	require.Len(t, b.Clusters, 1)
	require.Equal(t, "Delete.", b.Clusters[0].Solution)
	require.Empty(t, call(t, session, "new_since", map[string]any{"since": "2026-03-14T10:00:00Z"}, &b))
	require.Len(t, b.Clusters, 1)
	require.Equal(t, logins, b.Clusters[0].ID)

	var f Full
	require.Empty(t, call(t, session, "cluster", map[string]any{"id": full}, &f))
	require.Equal(t, "disk <path> is full", f.Text)
	require.Contains(t, call(t, session, "cluster", map[string]any{"id": "00000000000000ff"}, &f), "00000000000000ff")

	h.base.closed = errors.New("dial tcp 10.0.0.1:5432: password of kb is wrong")
	said := call(t, session, "search", nil, &b)
	require.NotContains(t, said, "password")
	require.Contains(t, said, "not open")
}

// A browser's page of another site, and who may not read, ask in vain.
func TestMCPIsGuarded(t *testing.T) {
	h := onSQLite(t)
	const list = `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`
	headers := []string{"Content-Type: application/json", "Accept: application/json, text/event-stream"}
	a := h.send(t, http.MethodPost, mcpPath, list, append(headers, "Sec-Fetch-Site: cross-site")...)
	require.Equal(t, http.StatusForbidden, a.StatusCode)
	a = onSQLite(t, func(o *Options) { o.Access.Readers = []string{"ann"} }).send(t, http.MethodPost, mcpPath, list, headers...)
	require.Equal(t, http.StatusForbidden, a.StatusCode)
}
