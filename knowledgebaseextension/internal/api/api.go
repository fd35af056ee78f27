// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package api // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/api"

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/page"
	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// Base is the knowledge base that is served.
type Base interface {
	// Store returns the open store, or why there is none at the moment.
	Store() (*store.Store, error)
	// Match returns what a line would be taken for, the surest first. It fails when
	// no log_cluster processor of this process uses the knowledge base.
	Match(q knowledge.Query) ([]knowledge.Match, error)
	// Related returns the clusters that are nearest to one in words, the nearest
	// first, as far as a log_cluster processor of this process knows them.
	Related(partition string, cluster knowledge.ID) []knowledge.Related
	// Explain says how a line is read. It fails as Match does.
	Explain(q knowledge.Query) (knowledge.Explanation, error)
	// Poke says that the store was changed.
	Poke()
}

// Options is what the handler serves, and to whom.
type Options struct {
	Base Base
	// LocalOnly refuses requests for a host that is neither an IP address nor
	// localhost. Set it for a server on localhost that asks nobody for a password:
	// a page elsewhere could have its own name resolve to this machine.
	LocalOnly bool
	// Access says who is who and who may do what.
	Access Access
	// Logger gets what the store answers with, other than what a client did wrong.
	Logger *zap.Logger
}

// timeout bounds how long a request waits for the store.
const timeout = 10 * time.Second

//go:embed openapi.yaml
var openAPI []byte

type server struct {
	Options
	importing sync.Mutex // one at a time
}

// handler answers a request or returns why not; see writeError.
type handler func(w http.ResponseWriter, r *http.Request) error

// route is one operation of the API.
type route struct {
	method, path string
	handle       handler
}

func (s *server) routes() []route {
	return []route{
		{http.MethodGet, "/api/v1/summary", s.summary},
		{http.MethodGet, "/api/v1/now", s.now},
		{http.MethodGet, "/api/v1/clusters", s.listClusters},
		{http.MethodGet, "/api/v1/clusters/{id}", s.getCluster},
		{http.MethodGet, "/api/v1/clusters/{id}/counts", s.getCounts},
		{http.MethodGet, "/api/v1/clusters/{id}/solution", s.getSolution},
		{http.MethodPut, "/api/v1/clusters/{id}/solution", s.changing(s.putSolution)},
		{http.MethodDelete, "/api/v1/clusters/{id}/solution", s.changing(s.deleteSolution)},
		{http.MethodPut, "/api/v1/clusters/{id}/noise", s.changing(s.setNoise(true))},
		{http.MethodDelete, "/api/v1/clusters/{id}/noise", s.changing(s.setNoise(false))},
		{http.MethodGet, "/api/v1/clusters/{id}/problem", s.getProblem},
		{http.MethodPost, "/api/v1/clusters/{id}/problem", s.changing(s.joinProblem)},
		{http.MethodDelete, "/api/v1/clusters/{id}/problem", s.changing(s.leaveProblem)},
		{http.MethodGet, "/api/v1/clusters/{id}/status", s.getStatus},
		{http.MethodPut, "/api/v1/clusters/{id}/status", s.changing(s.putStatus)},
		{http.MethodPost, "/api/v1/clusters/{id}/comments", s.changing(s.comment)},
		{http.MethodPost, "/api/v1/merge", s.changing(s.merge)},
		{http.MethodPost, "/api/v1/split", s.changing(s.split)},
		{http.MethodGet, "/api/v1/solutions", s.exportSolutions},
		{http.MethodPost, "/api/v1/solutions", s.changing(s.importSolutions)},
		{http.MethodGet, "/api/v1/solutions/waiting", s.waiting},
		{http.MethodGet, "/api/v1/history", s.history},
		{http.MethodPost, "/api/v1/history/{revision}/undo", s.changing(s.undo)},
		{http.MethodPost, "/api/v1/match", s.match},
		{http.MethodPost, "/api/v1/explain", s.explain},
		{http.MethodPost, "/api/v1/render", s.render},
		{http.MethodGet, "/api/v1/openapi.yaml", s.openAPI},
	}
}

// New returns the handler of the API and of the page.
func New(o Options) http.Handler {
	s := &server{Options: o}
	mux := http.NewServeMux()
	methods := map[string][]string{}
	for _, route := range s.routes() {
		within := timeout
		if strings.HasPrefix(route.path, "/api/v1/solutions") { // a hundred thousand of them
			within = importTimeout
		}
		mux.Handle(route.method+" "+route.path, s.serveWithin(within, route.handle))
		methods[route.path] = append(methods[route.path], route.method)
	}
	for path, allowed := range methods {
		mux.Handle(path, s.serve(methodNotAllowed(allowed)))
	}
	mux.Handle("/api/", s.serve(notFound))
	mux.Handle(mcpPath, s.mcp())
	mux.Handle("/", page.Handler())

	// Browsers say which site a request comes from; this refuses changes that come
	// from another one. What changes nothing may come from anywhere: whether the
	// answer may be read there is the business of CORS.
	sameSite := http.NewCrossOriginProtection()
	sameSite.AddInsecureBypassPattern("POST /api/v1/match")
	sameSite.AddInsecureBypassPattern("POST /api/v1/explain")
	sameSite.SetDenyHandler(s.serve(func(http.ResponseWriter, *http.Request) error {
		return problem(http.StatusForbidden, "a page of another site may not change the knowledge base")
	}))
	return secured(s.knownHost(s.identified(sameSite.Handler(mux))))
}

// serve adapts a handler that may fail.
func (s *server) serve(handle handler) http.Handler { return s.serveWithin(timeout, handle) }

func (s *server) serveWithin(timeout time.Duration, handle handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), timeout)
		defer cancel()
		r = r.WithContext(ctx)
		err := s.Access.mayRead(r)
		if err == nil {
			err = handle(w, r)
		}
		if err != nil {
			s.writeError(w, r, err)
		}
	})
}

// changing has processors told of what a handler changed.
func (s *server) changing(handle handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := s.Access.mayEdit(r); err != nil {
			return err
		}
		err := handle(w, r)
		if err == nil {
			s.Base.Poke()
		}
		return err
	}
}

func methodNotAllowed(allowed []string) handler {
	if slices.Contains(allowed, http.MethodGet) {
		allowed = append(allowed, http.MethodHead)
	}
	slices.Sort(allowed)
	list := strings.Join(allowed, ", ")
	return func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Allow", list)
		return problem(http.StatusMethodNotAllowed, "%s takes %s, not %s", r.URL.Path, list, r.Method)
	}
}

func notFound(_ http.ResponseWriter, r *http.Request) error {
	return problem(http.StatusNotFound, "no such path: %s; see /api/v1/openapi.yaml", r.URL.Path)
}

func (s *server) openAPI(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/yaml")
	_, err := w.Write(openAPI)
	return gone(err)
}

// gone takes a failed write for what it is: the client left.
func gone(error) error { return nil }

func writeJSON(w http.ResponseWriter, body any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // people read templates such as "disk <path> is full"
	if err := e.Encode(body); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	_, err := w.Write(b.Bytes())
	return gone(err)
}
