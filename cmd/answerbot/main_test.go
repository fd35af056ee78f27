// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// start starts a bot beside a server that answers match in words that the knowledge base
// has; whether it has them is tested in package api.
func start(t *testing.T, answers map[string]string) *httptest.Server {
	base := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		answer, ok := answers[string(body)]
		if !ok || r.URL.Path != "/api/v1/match" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(base.Close)
	server := httptest.NewServer(&bot{base: base.URL, token: "secret", client: base.Client()})
	t.Cleanup(server.Close)
	return server
}

func TestAnswers(t *testing.T) {
	server := start(t, map[string]string{
		"disk is full":  `{"matches":[{"text":"disk full","cluster":"a1","confidence":0.9},{"partition":"shop","text":"disk <path> is full","cluster":"b1","solution":"Delete.","confidence":0.8}],"offers":[],"first_with_solution":1}`,
		"door opened":   `{"matches":[{"text":"door opened","cluster":"c1","confidence":1}],"offers":[],"first_with_solution":null}`,
		"something odd": `{"matches":[],"offers":[{"text":"odd thing","cluster":"d1","confidence":0.2,"solution":"No."}],"first_with_solution":null}`,
		"foreign":       `{"matches":[],"offers":[],"first_with_solution":null}`,
	})
	for text, want := range map[string]string{
		"disk is full": "Delete.\n\n(“disk <path> is full”, shop, 80 %", "door opened": "I know this, but nobody", "something odd": "I am unsure. It may be:\n- “odd thing”",
		"foreign": "I do not know this.", "down": "I cannot reach the knowledge base", " ": "Send me a log line",
	} {
		body, err := json.Marshal(message{"secret", text})
		require.NoError(t, err)
		response, err := http.Post(server.URL, "application/json", strings.NewReader(string(body)))
		require.NoError(t, err)
		require.Contains(t, textOf(t, response), want)
		form, err := http.PostForm(server.URL, url.Values{"token": {"secret"}, "text": {text}})
		require.NoError(t, err)
		require.Contains(t, textOf(t, form), want)
	}
}

func textOf(t *testing.T, response *http.Response) string {
	defer response.Body.Close()
	require.Equal(t, http.StatusOK, response.StatusCode)
	var answer struct{ Text string }
	require.NoError(t, json.NewDecoder(response.Body).Decode(&answer))
	return answer.Text
}

func TestRefusals(t *testing.T) {
	server := start(t, nil)
	for _, c := range []struct {
		method, kind, body string
		status             int
	}{
		{http.MethodGet, "", "", http.StatusMethodNotAllowed},
		{http.MethodPost, "application/json", `{"text":"x"}`, http.StatusForbidden},
		{http.MethodPost, "application/json", `{"token":"wrong","text":"x"}`, http.StatusForbidden},
		{http.MethodPost, "application/json", `{`, http.StatusBadRequest},
		{http.MethodPost, "application/json", `{"text":"` + strings.Repeat("x", maxMessage) + `"}`, http.StatusBadRequest},
	} {
		request, err := http.NewRequestWithContext(t.Context(), c.method, server.URL, strings.NewReader(c.body))
		require.NoError(t, err)
		request.Header.Set("Content-Type", c.kind)
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, c.status, response.StatusCode, c.body)
	}
}
