// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/client"
	"go.uber.org/zap/zaptest"
)

// TestNames says who asks, whatever the client says of itself.
func TestNames(t *testing.T) {
	loopback, elsewhere := netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.0.0.0/8")
	for _, c := range []struct {
		what   string
		access Access
		auth   client.AuthData
		header string
		user   string
	}{
		{"nobody is asked", Access{}, nil, "bob", ""},
		{"basic authentication", Access{Authenticated: true}, claims{"username": "ann"}, "bob", "ann"},
		{"OIDC", Access{Authenticated: true}, claims{"subject": "8f3", "email": "ann@example.com"}, "", "ann@example.com"},
		{"a bearer token has no name", Access{Authenticated: true}, nil, "bob", anyone},
		{"data without a name", Access{Authenticated: true}, claims{"raw": "x"}, "bob", anyone},
		{"a proxy", Access{UserHeader: "X-Forwarded-User", Proxies: []netip.Prefix{loopback}}, nil, "bob", "bob"},
		{"a proxy that nobody has signed in with", Access{UserHeader: "X-Forwarded-User", Proxies: []netip.Prefix{loopback}}, nil, "", ""},
		{"no proxy", Access{UserHeader: "X-Forwarded-User", Proxies: []netip.Prefix{elsewhere}}, nil, "bob", ""},
		{"no proxy, a token", Access{Authenticated: true, UserHeader: "X-Forwarded-User", Proxies: []netip.Prefix{elsewhere}}, nil, "bob", anyone},
	} {
		t.Run(c.what, func(t *testing.T) {
			h := onSQLite(t)
			handler := New(Options{Base: h.base, Logger: zaptest.NewLogger(t), Access: c.access})
			h.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				handler.ServeHTTP(w, r.WithContext(client.NewContext(r.Context(), client.Info{Auth: c.auth})))
			}))
			t.Cleanup(h.server.Close)
			header := "X-Forwarded-User: " + c.header
			var total Summary
			h.ok(t, http.MethodGet, "/api/v1/summary", "", &total, header)
			require.Equal(t, c.user, total.User)
			var s Solution
			h.ok(t, http.MethodPut, "/api/v1/clusters/"+tables+"/solution?author=eve", `{"text": "x"}`, &s, header)
			if c.user == "" {
				require.Equal(t, "eve", s.Author, "there is nobody to ask")
			} else {
				require.Equal(t, c.user, s.Author, "no parameter forges it")
			}
		})
	}
}

func TestRoles(t *testing.T) {
	h := onSQLite(t, func(o *Options) {
		o.Access = Access{
			UserHeader: "X-User", Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")},
			Readers: []string{"rob"}, Editors: []string{"ann"},
		}
	})
	h.base.matcher = lookup{}
	for _, r := range (&server{}).routes() {
		h.refused(t, http.StatusForbidden, r.method, strings.ReplaceAll(r.path, "{id}", tables), "", "X-User: eve")
	}
	for _, c := range changes {
		h.refused(t, http.StatusForbidden, c.method, c.path, c.body, "X-User: rob", "Content-Type: application/json")
	}
	h.ok(t, http.MethodGet, "/api/v1/summary", "", nil, "X-User: rob")
	h.ok(t, http.MethodGet, "/api/v1/summary", "", nil, "X-User: ann")
	h.ok(t, http.MethodPut, "/api/v1/clusters/"+tables+"/solution", `{"text": "x"}`, nil, "X-User: ann")
}
