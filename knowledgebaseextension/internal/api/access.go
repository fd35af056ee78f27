// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package api // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/api"

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/client"
)

// Access says who is who and who may do what.
type Access struct {
	// Authenticated is true when an authenticator lets in whom it knows: then nobody
	// says himself who he is.
	Authenticated bool
	// UserHeader is the header in which a proxy says who has signed in with it, empty
	// without one. It is believed of Proxies only.
	UserHeader string
	Proxies    []netip.Prefix
	// Readers and Editors are names; an empty list is everyone who gets in. Editors
	// may read.
	Readers, Editors []string
}

// identity is the name of whoever asks, in the context of a request.
type identity struct{}

// anyone is who is authenticated without a name.
const anyone = "authenticated"

// identified notes who asks.
func (s *server) identified(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), identity{}, shorten(s.Access.nameOf(r)))))
	})
}

// user is who asks, empty when the server asks nobody.
func user(r *http.Request) string {
	name, _ := r.Context().Value(identity{}).(string)
	return name
}

// nameOf is whom the authenticator or the proxy says, empty without both.
func (a *Access) nameOf(r *http.Request) string {
	if a.UserHeader != "" && a.isProxy(r) {
		if name := strings.TrimSpace(r.Header.Get(a.UserHeader)); name != "" {
			return name
		}
	}
	if auth := client.FromContext(r.Context()).Auth; auth != nil {
		// What the authenticators of the Collector call a person, the readable first.
		for _, name := range []string{"username", "preferred_username", "email", "name", "subject", "sub"} {
			if text, ok := auth.GetAttribute(name).(string); ok && text != "" {
				return text
			}
		}
		return anyone
	}
	if a.Authenticated {
		return anyone // such as a bearer token, which has no name
	}
	return ""
}

func (a *Access) isProxy(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	address, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	address = address.Unmap().WithZone("")
	return slices.ContainsFunc(a.Proxies, func(p netip.Prefix) bool { return p.Contains(address) })
}

// mayRead refuses whoever is no reader.
func (a *Access) mayRead(r *http.Request) error {
	name := user(r)
	if len(a.Readers) == 0 || slices.Contains(a.Readers, name) || slices.Contains(a.Editors, name) {
		return nil
	}
	return problem(http.StatusForbidden, "%s may not read the knowledge base: access::readers does not have that name", called(name))
}

// mayEdit refuses whoever is no editor.
func (a *Access) mayEdit(r *http.Request) error {
	if name := user(r); len(a.Editors) > 0 && !slices.Contains(a.Editors, name) {
		return problem(http.StatusForbidden, "%s may read, not change: access::editors does not have that name", called(name))
	}
	return nil
}

func called(name string) string {
	if name == "" {
		return "who says no name"
	}
	return name
}
