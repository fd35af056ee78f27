// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecastconnector

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/consumer/consumertest"

	"github.com/otelcol-aiops/otelcol-aiops/internal/configtest"
	"github.com/otelcol-aiops/otelcol-aiops/internal/streamtest"
)

func TestConfig(t *testing.T) { configtest.Cases(t, createDefaultConfig) }

func TestUnknownKeyIsRefused(t *testing.T) {
	cfg := createDefaultConfig()
	err := confmap.NewFromStringMap(map[string]any{"window": map[string]any{}}).Unmarshal(cfg)
	require.ErrorContains(t, err, "window")
}

func TestMissingStorageIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		host streamtest.Host
		want string
	}{
		"no such extension":  {streamtest.Host{}, `storage: there is no extension "file_storage"`},
		"not of that nature": {streamtest.Host{streamtest.StorageID: nopComponent{}}, `storage: extension "file_storage" is not a storage extension`},
	} {
		t.Run(name, func(t *testing.T) {
			p := newMetrics(t, defaults(func(c *Config) { c.Storage = &streamtest.StorageID }), consumertest.NewNop())
			require.ErrorContains(t, p.Start(t.Context(), c.host), c.want)
			require.NoError(t, p.Shutdown(t.Context()))
		})
	}
}

type nopComponent struct {
	component.StartFunc
	component.ShutdownFunc
}

func TestReadmeShowsTheDefaults(t *testing.T) {
	configtest.Readme(t, createDefaultConfig, "connectors::forecast", "storage", "debug", "data_range::min", "data_range::max")
}

func TestSchemaHasTheKeys(t *testing.T) { configtest.Schema(t, createDefaultConfig) }
