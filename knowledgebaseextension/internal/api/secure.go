// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package api // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/api"

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/otelcol-aiops/otelcol-aiops/internal/serve"
)

// What a body has at most, in bytes.
const (
	maxJSON   = 128 << 10 // a solution, escaped
	maxLine   = 64 << 10
	maxImport = 32 << 20
)

// secured sets the headers that every answer has, errors too.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secure(w.Header())
		next.ServeHTTP(w, r)
	})
}

func secure(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'") // the page has its own
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// knownHost refuses requests under names that are not this machine's.
func (s *server) knownHost(next http.Handler) http.Handler {
	if !s.LocalOnly {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !serve.KnownHost(r) {
			problem(http.StatusMisdirectedRequest,
				"this server knows itself as localhost only, not as %q; with http::auth set it takes any name", r.Host).write(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// maxAuthor is how many bytes an author's name has at most.
const maxAuthor = 200

// anonymous is who changes something when nobody says who it is.
const anonymous = "anonymous"

// author says who makes a change: the user, whatever the client says; without an
// authenticator, what the client says.
func author(r *http.Request) string {
	if name := user(r); name != "" {
		return name
	}
	if name := strings.TrimSpace(r.URL.Query().Get("author")); name != "" {
		return shorten(name)
	}
	return anonymous
}

func shorten(name string) string {
	name = strings.ReplaceAll(strings.ToValidUTF8(name, "\uFFFD"), "\x00", "\uFFFD")
	if len(name) <= maxAuthor {
		return name
	}
	cut := maxAuthor
	for cut > 0 && !utf8.RuneStart(name[cut]) {
		cut--
	}
	return name[:cut]
}

// readJSON reads a body of type application/json, which a form of another site
// cannot send.
func readJSON(w http.ResponseWriter, r *http.Request, into any) error {
	if err := requireType(r, "application/json"); err != nil {
		return err
	}
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxJSON))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		if _, err = d.Token(); errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = errors.New("something follows the object")
		}
	}
	var tooLong *http.MaxBytesError
	if errors.As(err, &tooLong) {
		return err
	}
	return problem(http.StatusBadRequest, "the body is not the JSON that is expected: %v", err)
}

// requireType checks a body's content type against those that are taken.
func requireType(r *http.Request, types ...string) error {
	header := r.Header.Get("Content-Type")
	got, _, err := mime.ParseMediaType(header)
	for _, want := range types {
		if err == nil && got == want {
			return nil
		}
	}
	return problem(http.StatusUnsupportedMediaType, "the body must be of Content-Type %s, not %q", types[0], header)
}
