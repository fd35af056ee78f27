// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package api // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/api"

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"go.uber.org/zap"

	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"
)

// Problem is the body of every error: RFC 9457, Problem Details for HTTP APIs.
type Problem struct { //nolint:errname // the name that the RFC gives it
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	// Current is the solution as it is, when somebody else changed it meanwhile.
	Current *Solution `json:"current,omitempty"`
}

func (p *Problem) Error() string { return p.Detail }

func problem(status int, format string, args ...any) *Problem {
	return &Problem{Title: http.StatusText(status), Status: status, Detail: fmt.Sprintf(format, args...)}
}

// writeError answers with what went wrong. What the store says, other than that a
// client asked for something impossible, is for the log: it may name hosts,
// users and files.
func (s *server) writeError(w http.ResponseWriter, r *http.Request, err error) {
	var p *Problem
	var tooLong *http.MaxBytesError
	switch {
	case errors.As(err, &p):
	case errors.As(err, &tooLong):
		p = problem(http.StatusRequestEntityTooLarge, "the body may have at most %d bytes", tooLong.Limit)
	case errors.Is(err, store.ErrNotFound):
		p = problem(http.StatusNotFound, "%v", err)
	case errors.Is(err, store.ErrInvalid):
		p = problem(http.StatusBadRequest, "%v", err)
	case errors.Is(err, context.Canceled) && r.Context().Err() != nil:
		return // nobody is there to read it
	default:
		s.Logger.Error("The knowledge base's store failed a request",
			zap.String("method", r.Method), zap.String("path", r.URL.Path), zap.Error(err))
		p = problem(http.StatusServiceUnavailable, "the store does not answer at the moment; the collector's log says why")
	}
	p.write(w)
}

func (p *Problem) write(w http.ResponseWriter) {
	body, err := json.Marshal(p)
	if err != nil { // a struct of strings and numbers
		panic(err)
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_, _ = w.Write(append(body, '\n'))
}

// Refuse writes an error that arises before the handler is reached, such as that
// of an authenticator, with the headers and the body that errors have here. It
// fits confighttp.WithErrorHandler. With a challenge (RFC 9110, 11.6.1) a browser
// asks its user for name and password.
func Refuse(challenge string) func(w http.ResponseWriter, r *http.Request, message string, status int) {
	return func(w http.ResponseWriter, _ *http.Request, message string, status int) {
		secure(w.Header())
		if status == http.StatusUnauthorized && challenge != "" {
			w.Header().Set("WWW-Authenticate", challenge)
		}
		problem(status, "%s", message).write(w)
	}
}
