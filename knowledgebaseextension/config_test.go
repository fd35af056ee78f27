// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package knowledgebaseextension

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/xconfmap"

	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/notify"
)

func TestDefaultsAreValid(t *testing.T) {
	require.NoError(t, createDefaultConfig().(*Config).Validate())
}

func TestReadsEveryKey(t *testing.T) {
	cfg := createDefaultConfig().(*Config)
	require.NoError(t, confmap.NewFromStringMap(map[string]any{
		"file": "other.db", "dsn": "postgres://kb:secret@db:5432/kb",
		"retention": map[string]any{"unseen": "24h", "templates": 5, "counts": "2h"},
		"samples":   map[string]any{"per_template": 0, "max_bytes": 100},
		"http":      map[string]any{"enabled": false, "endpoint": "localhost:1"},
		"notifications": []any{
			map[string]any{"endpoint": "http://am:9093/api/v2/alerts", "format": "alertmanager", "on": []string{"back"}, "secret": "s", "page": "http://kb", "timeout": "3s"},
			map[string]any{"endpoint": "http://chat"},
		},
		"access": map[string]any{"user_header": "X-User", "proxies": []string{"127.0.0.1"}, "readers": []string{"rob"}, "editors": []string{"ann"}},
	}).Unmarshal(cfg))
	http := newHTTPConfig()
	http.Enabled, http.NetAddr.Endpoint = false, "localhost:1"
	first, second := confighttp.NewDefaultClientConfig(), confighttp.NewDefaultClientConfig()
	first.Endpoint, first.Timeout, second.Endpoint = "http://am:9093/api/v2/alerts", 3*time.Second, "http://chat"
	require.Equal(t, &Config{
		File: "other.db", DSN: "postgres://kb:secret@db:5432/kb",
		Retention: RetentionConfig{Unseen: 24 * time.Hour, Templates: 5, Shapes: 200_000, Counts: 2 * time.Hour},
		Samples:   SamplesConfig{PerTemplate: 0, MaxBytes: 100},
		HTTP:      http,
		Notifications: []NotificationConfig{
			{Format: notify.Alertmanager, On: []notify.Kind{notify.Back}, Secret: "s", Page: "http://kb", ClientConfig: first},
			{Format: notify.JSON, On: notify.Kinds, ClientConfig: second},
		},
		Access: AccessConfig{UserHeader: "X-User", Proxies: []string{"127.0.0.1"}, Readers: []string{"rob"}, Editors: []string{"ann"}},
	}, cfg)
	require.NoError(t, xconfmap.Validate(cfg))
}

// A message names the key, the value and what is accepted, and no password.
func TestRefusals(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"file must name a SQLite file unless dsn is set, got an empty string": func(c *Config) { c.File = "" },
		"dsn: not a PostgreSQL connection string such as postgres://user@host:5432/database": func(c *Config) {
			c.DSN = "postgres://kb:secret@db:port/kb"
		},
		"retention::unseen must be 0 (for ever) or at least 1m0s, got 1s":        func(c *Config) { c.Retention.Unseen = time.Second },
		"retention::counts must be 0 (for ever) or at least 1h0m0s, got -1h0m0s": func(c *Config) { c.Retention.Counts = -time.Hour },
		"retention::templates must be between 0 and 10000000, got -1":            func(c *Config) { c.Retention.Templates = -1 },
		"samples::per_template must be between 0 and 100, got 101":               func(c *Config) { c.Samples.PerTemplate = 101 },
		`access::user_header must be the name of a header such as X-Forwarded-User, got "a b"`: func(c *Config) {
			c.Access = AccessConfig{UserHeader: "a b", Proxies: []string{"::1"}}
		},
		"access::proxies must name the addresses that access::user_header is believed of, such as 127.0.0.1 or 10.0.0.0/8": func(c *Config) {
			c.Access.UserHeader = "X-User"
		},
		`access::proxies must be addresses or ranges such as 10.0.0.0/8, got "proxy"`: func(c *Config) { c.Access.Proxies = []string{"proxy"} },
		"access::editors needs http::auth or access::user_header: otherwise nobody has a name that can be trusted": func(c *Config) {
			c.Access.Editors = []string{"ann"}
		},
		`notifications::0::format must be one of ["json" "slack" "alertmanager"], got "xml"`: func(c *Config) {
			c.Notifications = []NotificationConfig{{Format: "xml", On: notify.Kinds, ClientConfig: confighttp.ClientConfig{Endpoint: "http://chat"}}}
		},
		`notifications::0::on must be some of ["new" "back" "burst"], got ["old"]`: func(c *Config) {
			c.Notifications = []NotificationConfig{{Format: notify.JSON, On: []notify.Kind{"old"}, ClientConfig: confighttp.ClientConfig{Endpoint: "http://chat"}}}
		},
		"notifications::0::endpoint must be an address such as https://chat.example.com/hooks/1": func(c *Config) {
			c.Notifications = []NotificationConfig{{Format: notify.JSON, On: notify.Kinds, ClientConfig: confighttp.ClientConfig{Endpoint: "chat"}}}
		},
		"samples::max_bytes must be between 16 and 4096, got 0": func(c *Config) { c.Samples.MaxBytes = 0 },
	} {
		cfg := createDefaultConfig().(*Config)
		change(cfg)
		require.EqualError(t, cfg.Validate(), want)
	}
}
