// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package knowledgebaseextension

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configauth"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/config/configmiddleware"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/extension/extensiontest"

	"github.com/otelcol-aiops/otelcol-aiops/internal/serve"
	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/metadata"
)

// ask sends a request to a collector's API and returns status and body.
func (c *collector) ask(t testing.TB, method, path, body string) (status int, answer string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, "http://"+c.web.Address.String()+path, strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	all, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	http.DefaultClient.CloseIdleConnections()
	return response.StatusCode, string(all)
}

// From a raw line to what to do about it, with a real processor and a real store.
func TestMatchesOverHTTP(t *testing.T) {
	onBoth(t, func(t *testing.T, where func(*Config)) {
		c := start(t, where)
		defer c.stop(t)
		const body = "disk /dev/sda is full"
		cluster := c.attribute(t, body, "log.cluster.id").(string)
		c.detail(t, cluster, 1)
		var found struct {
			Matches []struct {
				Cluster, Solution, How string
				Confidence             float64
				Template               struct{ Text string }
			}
		}
		match := func(line string) {
			status, answer := c.ask(t, http.MethodPost, "/api/v1/match", line)
			require.Equal(t, http.StatusOK, status, answer)
			require.NoError(t, json.Unmarshal([]byte(answer), &found))
		}
		match("disk /dev/sdb is full")
		require.Len(t, found.Matches, 1)
		require.Equal(t, cluster, found.Matches[0].Cluster)
		require.Equal(t, "disk <path> is full", found.Matches[0].Template.Text)
		require.Equal(t, "known", found.Matches[0].How)
		require.InDelta(t, 1, found.Matches[0].Confidence, 0)

		status, answer := c.ask(t, http.MethodPut, "/api/v1/clusters/"+cluster+"/solution?author=ann", `{"text": "Delete old files."}`)
		require.Equal(t, http.StatusOK, status, answer)
		require.Eventually(t, func() bool {
			match(body)
			return found.Matches[0].Solution == "Delete old files." &&
				c.attribute(t, body, "log.cluster.solution") == "Delete old files."
		}, time.Minute, 20*time.Millisecond)

		before := c.detail(t, cluster, 1).Count
		match("nothing that was ever seen before")
		require.Empty(t, found.Matches)
		time.Sleep(300 * time.Millisecond)
		require.GreaterOrEqual(t, c.detail(t, cluster, 1).Count, before)
		status, answer = c.ask(t, http.MethodGet, "/api/v1/clusters?q=nothing", "")
		require.Equal(t, http.StatusOK, status)
		require.Contains(t, answer, `"clusters":[]`, "a match teaches nothing")

		status, answer = c.ask(t, http.MethodGet, "/", "")
		require.Equal(t, http.StatusOK, status)
		require.Contains(t, answer, "<title>Knowledge base</title>")
	})
}

// The API says in plain words what is missing.
func TestServesWhileTheStoreIsDown(t *testing.T) {
	c := start(t, onPostgres("postgres://nobody@127.0.0.1:1/none"))
	defer func() {
		require.NoError(t, c.logs.Shutdown(t.Context()), "a database that is down is no reason to fail")
		require.NoError(t, c.knowledgeBase.Shutdown(t.Context()))
	}()
	status, answer := c.ask(t, http.MethodGet, "/api/v1/clusters", "")
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Contains(t, answer, "not open")
	require.NotContains(t, answer, "nobody")
	c.attribute(t, "disk /dev/sda is full", "log.cluster.id")
	status, answer = c.ask(t, http.MethodPost, "/api/v1/match", "disk /dev/sdb is full")
	require.Equal(t, http.StatusOK, status, "memory needs no store")
	require.Contains(t, answer, "disk <path> is full")
}

func TestServesNothing(t *testing.T) {
	c := start(t, func(cfg *Config) {
		onSQLite(t)(cfg)
		cfg.HTTP.Enabled = false
	})
	require.Nil(t, c.web.Address)
	c.stop(t)
}

func TestRefusesToServe(t *testing.T) {
	taken, err := net.Listen("tcp", "localhost:0")
	require.NoError(t, err)
	defer taken.Close()
	for want, change := range map[string]func(*HTTPConfig){
		"another http::endpoint": func(c *HTTPConfig) { c.NetAddr.Endpoint = taken.Addr().String() },
		"http: ": func(c *HTTPConfig) {
			c.Auth = configoptional.Some(confighttp.AuthConfig{Config: configauth.Config{AuthenticatorID: component.MustNewID("basicauth")}})
		},
	} {
		cfg := createDefaultConfig().(*Config)
		cfg.File = filepath.Join(t.TempDir(), "kb.db")
		cfg.HTTP.NetAddr.Endpoint = "localhost:0"
		change(&cfg.HTTP)
		ext, err := newExtension(extensiontest.NewNopSettings(metadata.Type), cfg)
		require.NoError(t, err)
		require.ErrorContains(t, ext.Start(t.Context(), &host{ext: ext}), want)
		require.NoError(t, ext.Shutdown(t.Context()))
	}
}

func TestHTTPConfig(t *testing.T) {
	for endpoint, local := range map[string]bool{
		"localhost:8890": true, "127.0.0.1:1": true, "127.9.9.9:1": true, "[::1]:1": true,
		"0.0.0.0:1": false, ":1": false, "[::]:1": false, "10.0.0.1:1": false, "kb.example:1": false, "nonsense": false,
	} {
		c := newHTTPConfig()
		c.NetAddr.Endpoint = endpoint
		require.Equal(t, local, serve.Local(&c.ServerConfig), endpoint)
	}
	c := newHTTPConfig()
	require.Empty(t, c.challenge())
	require.Empty(t, c.dependencies())
	basic, limit := component.MustNewIDWithName("basicauth", "kb"), component.MustNewID("limiter")
	c.Auth = configoptional.Some(confighttp.AuthConfig{Config: configauth.Config{AuthenticatorID: basic}})
	c.Middlewares = []configmiddleware.Config{{ID: limit}}
	require.Contains(t, c.challenge(), "Basic realm=")
	require.Equal(t, []component.ID{basic, limit}, c.dependencies(), "they start first")
	c.Auth = configoptional.Some(confighttp.AuthConfig{Config: configauth.Config{AuthenticatorID: component.MustNewID("bearertokenauth")}})
	require.Empty(t, c.challenge())
	c.NetAddr.Endpoint = ""
	require.ErrorContains(t, c.Validate(), "http::endpoint must be an address such as localhost:8890")
	c.Enabled = false
	require.NoError(t, c.Validate())
}
