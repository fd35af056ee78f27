// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"go.uber.org/zap/zaptest"

	"github.com/otelcol-aiops/otelcol-aiops/internal/pgtest"
	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/rowstest"
	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// What rowstest has, under the names that the tests are written with.
type wording = rowstest.Wording

var (
	begin      = rowstest.Begin
	everything = rowstest.Everything
	login      = wording{ID: 0xc1, Cluster: 0xc1, Text: "user <*> logged in", Count: 1, At: 90 * time.Minute}
)

// rowsOf adds a line of each wording to its rows.
func rowsOf(words ...wording) *knowledge.Rows {
	rows := rowstest.Rows(words...)
	for _, w := range words {
		rows.Samples = append(rows.Samples, knowledge.Sample{
			Template: w.ID, Shape: w.ID, At: begin.Add(w.At).UnixNano(), Text: strings.ReplaceAll(w.Text, "<*>", "users"),
		})
	}
	return rows
}

// base is a real store beside what matches lines.
type base struct {
	kept    *store.Store
	closed  error // why there is no store
	matcher knowledge.Matcher
	pokes   atomic.Int64
}

var errNoProcessor = errors.New("no log_cluster processor")

func (b *base) Poke() { b.pokes.Add(1) }

func (b *base) Store() (*store.Store, error) { return b.kept, b.closed }

func (b *base) Match(q knowledge.Query) ([]knowledge.Match, error) {
	if b.matcher == nil {
		return nil, errNoProcessor
	}
	return b.matcher.Match(q), nil
}

func (b *base) Related(partition string, cluster knowledge.ID) []knowledge.Related {
	if b.matcher == nil {
		return nil
	}
	return b.matcher.Related(partition, cluster)
}

func (b *base) Explain(q knowledge.Query) (knowledge.Explanation, error) {
	if b.matcher == nil {
		return knowledge.Explanation{}, errNoProcessor
	}
	return b.matcher.Explain(q), nil
}

// harness is the handler on a real store, behind a real server.
type harness struct {
	store  *store.Store
	base   *base
	server *httptest.Server
	router routers.Router
}

// newHarness serves a store that has everything in partition shop and login in
// partition desk.
func newHarness(t testing.TB, o store.Options, change ...func(*Options)) *harness {
	t.Helper()
	h := &harness{router: documented(t)}
	var err error
	h.store, err = store.Open(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, h.store.Close()) })
	for partition, rows := range map[string]*knowledge.Rows{"shop": rowsOf(everything...), "desk": rowsOf(login)} {
		keep(t, h.store, partition, rows)
	}
	h.base = &base{kept: h.store}
	options := Options{Base: h.base, Logger: zaptest.NewLogger(t)}
	for _, f := range change {
		f(&options)
	}
	h.server = httptest.NewServer(New(options))
	t.Cleanup(h.server.Close)
	return h
}

func onSQLite(t testing.TB, change ...func(*Options)) *harness {
	t.Helper()
	return newHarness(t, store.Options{File: filepath.Join(t.TempDir(), "kb.db")}, change...)
}

// onBoth runs a test on an SQLite file and on a PostgreSQL database.
func onBoth(t *testing.T, test func(t *testing.T, h *harness)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, onSQLite(t)) })
	t.Run("postgres", func(t *testing.T) {
		test(t, newHarness(t, store.Options{DSN: pgtest.Start(t).Database(t)}))
	})
}

// documented finds the operations of the OpenAPI document.
func documented(t testing.TB) routers.Router {
	t.Helper()
	document, err := openapi3.NewLoader().LoadFromData(openAPI)
	require.NoError(t, err)
	require.NoError(t, document.Validate(t.Context()))
	router, err := gorillamux.NewRouter(document)
	require.NoError(t, err)
	return router
}

// answer is a response, its body read.
type answer struct {
	*http.Response
	body []byte
}

func (a answer) into(t testing.TB, value any) {
	t.Helper()
	require.NoError(t, json.Unmarshal(a.body, value), "%s", a.body)
}

// send makes a request with headers "Name: value" and checks the answer, and the
// request unless it is refused, against the OpenAPI document.
func (h *harness) send(t testing.TB, method, path, body string, headers ...string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, h.server.URL+path, strings.NewReader(body))
	require.NoError(t, err)
	switch {
	case body == "":
	case strings.HasPrefix(path, "/api/v1/match"):
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded") // as curl --data does
	default:
		request.Header.Set("Content-Type", "application/json")
	}
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		if name == "Host" {
			request.Host = value
		}
		request.Header.Set(name, value)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	require.NoError(t, err)
	defer response.Body.Close()
	a := answer{Response: response}
	a.body, err = io.ReadAll(response.Body)
	require.NoError(t, err)
	h.check(t, request, body, a)
	return a
}

func (h *harness) check(t testing.TB, request *http.Request, body string, a answer) {
	t.Helper()
	for name, value := range map[string]string{
		"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
	} {
		require.Equal(t, value, a.Header.Get(name), name)
	}
	require.Contains(t, a.Header.Get("Content-Security-Policy"), "default-src 'none'")
	require.Contains(t, a.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'")
	if a.StatusCode >= 400 && strings.HasPrefix(request.URL.Path, "/api/") {
		var p Problem
		require.Equal(t, "application/problem+json", a.Header.Get("Content-Type"))
		a.into(t, &p)
		require.Equal(t, a.StatusCode, p.Status)
		require.Equal(t, http.StatusText(a.StatusCode), p.Title)
		require.NotEmpty(t, p.Detail)
	}
	if request.Method == http.MethodHead || !strings.HasPrefix(request.URL.Path, "/api/") {
		return // goes with every GET; is the page
	}
	asked := request.Clone(t.Context())
	asked.URL.Scheme, asked.URL.Host, asked.Host = "", "", ""
	asked.Body = io.NopCloser(strings.NewReader(body))
	route, parameters, err := h.router.FindRoute(asked)
	if err != nil {
		require.GreaterOrEqual(t, a.StatusCode, 300, "%s %s is served, but not documented", request.Method, request.URL)
		return
	}
	input := &openapi3filter.RequestValidationInput{Request: asked, PathParams: parameters, Route: route}
	if strings.HasPrefix(request.URL.Path, "/api/v1/match") {
		input.Options = &openapi3filter.Options{ExcludeRequestBody: true} // any bytes are
	}
	if a.StatusCode < 400 {
		require.NoError(t, openapi3filter.ValidateRequest(t.Context(), input), "%s %s", request.Method, request.URL)
	}
	require.NoError(t, openapi3filter.ValidateResponse(t.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: a.StatusCode, Header: a.Header, Body: io.NopCloser(bytes.NewReader(a.body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	}), "%s %s\n%s", request.Method, request.URL, a.body)
}

// ok sends a request that must succeed and reads the answer.
func (h *harness) ok(t testing.TB, method, path, body string, into any, headers ...string) {
	t.Helper()
	a := h.send(t, method, path, body, headers...)
	require.Less(t, a.StatusCode, 300, "%s %s\n%s", method, path, a.body)
	if into != nil {
		a.into(t, into)
	}
}

// refused sends a request that must fail with a status and returns why it did.
func (h *harness) refused(t testing.TB, status int, method, path, body string, headers ...string) Problem {
	t.Helper()
	a := h.send(t, method, path, body, headers...)
	require.Equal(t, status, a.StatusCode, "%s %s\n%s", method, path, a.body)
	var p Problem
	a.into(t, &p)
	return p
}

var saves atomic.Int64

// keep saves rows of a partition, and has them in the tables.
func keep(t testing.TB, s *store.Store, partition string, rows *knowledge.Rows) {
	_, err := s.Save(t.Context(), store.Writer{ID: "w", Number: saves.Add(1)}, []knowledge.Change{{Partition: partition, Rows: *rows}}, 5)
	require.NoError(t, err)
	for more := true; more; {
		done, err := s.Fold(t.Context(), 5)
		require.NoError(t, errors.Join(err, done.Skipped))
		more = done.More
	}
}
