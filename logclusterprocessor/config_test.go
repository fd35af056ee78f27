// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package logclusterprocessor

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"

	"github.com/otelcol-aiops/otelcol-aiops/internal/configtest"
)

func TestConfig(t *testing.T) { configtest.Cases(t, createDefaultConfig) }

func TestUnknownKeyIsRefused(t *testing.T) {
	cfg := createDefaultConfig()
	err := confmap.NewFromStringMap(map[string]any{"windows": map[string]any{}}).Unmarshal(cfg)
	require.ErrorContains(t, err, "windows")
}

func TestMissingKnowledgeBaseIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		host host
		want string
	}{
		"no such extension":  {host{}, `knowledge_base: there is no extension "notes"`},
		"not of that nature": {host{notes: nopComponent{}}, `knowledge_base: extension "notes" is not a knowledge base`},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := defaults(func(c *Config) { c.KnowledgeBase = &notes })
			p := newLogs(t, nopSettings(), cfg)
			require.ErrorContains(t, p.Start(t.Context(), c.host), c.want)
			require.NoError(t, p.Shutdown(t.Context()))
		})
	}
}

func TestReadmeShowsTheDefaults(t *testing.T) {
	configtest.Readme(t, createDefaultConfig, "processors::log_cluster", "knowledge_base")
}

func TestSchemaHasTheKeys(t *testing.T) { configtest.Schema(t, createDefaultConfig) }
