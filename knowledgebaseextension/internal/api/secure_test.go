// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/client"
)

// claims are what an authenticator says of a person.
type claims map[string]any

func (c claims) GetAttribute(name string) any { return c[name] }

func (c claims) GetAttributeNames() []string { return nil }

func TestAuthor(t *testing.T) {
	long := strings.Repeat("é", maxAuthor)
	for name, c := range map[string]struct {
		query string
		auth  client.AuthData
		want  string
	}{
		"nobody says":                     {"", nil, anonymous},
		"the client says":                 {"?author=ann", nil, "ann"},
		"the client says nothing":         {"?author=%20", nil, anonymous},
		"the authenticator outranks him":  {"?author=ann", claims{"username": "bob"}, "bob"},
		"the readable name first":         {"", claims{"sub": "17", "email": "bob@example.com"}, "bob@example.com"},
		"no name that anybody could read": {"?author=ann", claims{"sub": 17, "username": ""}, "authenticated"},
		"too long":                        {"?author=x" + url.QueryEscape(long), nil, "x" + long[:maxAuthor-2]},
		"no text":                         {"?author=a%00b%ff", nil, "a\uFFFDb\uFFFD"},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPut, "/"+c.query, nil)
			var got string
			next := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = author(r) })
			(&server{}).identified(next).ServeHTTP(nil, r.WithContext(client.NewContext(r.Context(), client.Info{Auth: c.auth})))
			require.Equal(t, c.want, got)
			require.True(t, utf8.ValidString(got))
			require.LessOrEqual(t, len(got), maxAuthor)
		})
	}
}
