// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecastconnector

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/confmaptest"
	"go.opentelemetry.io/collector/confmap/xconfmap"
	"go.opentelemetry.io/collector/consumer/consumertest"

	"github.com/otelcol-aiops/otelcol-aiops/internal/streamtest"
)

// TestConfig loads each entry of testdata/config.yaml. One with an error must be
// refused with all these texts, one without must be accepted.
func TestConfig(t *testing.T) {
	file, err := confmaptest.LoadConf("testdata/config.yaml")
	require.NoError(t, err)
	var cases map[string]struct {
		Config map[string]any `mapstructure:"config"`
		Errors []string       `mapstructure:"errors"`
	}
	require.NoError(t, file.Unmarshal(&cases))
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			cfg := createDefaultConfig()
			require.NoError(t, confmap.NewFromStringMap(c.Config).Unmarshal(cfg))
			err := xconfmap.Validate(cfg)
			if len(c.Errors) == 0 {
				require.NoError(t, err)
				return
			}
			require.Error(t, err)
			for _, text := range c.Errors {
				require.ErrorContains(t, err, text)
			}
		})
	}
}

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

// The README shows every key with its default.
func TestReadmeShowsTheDefaults(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	_, rest, ok := strings.Cut(string(readme), "Everything that can be set, with its default:\n\n```yaml\n")
	require.True(t, ok)
	block, _, ok := strings.Cut(rest, "```")
	require.True(t, ok)
	shown, err := confmap.NewRetrievedFromYAML([]byte(block))
	require.NoError(t, err)
	conf, err := shown.AsConf()
	require.NoError(t, err)
	conf, err = conf.Sub("connectors::forecast")
	require.NoError(t, err)

	cfg := createDefaultConfig()
	require.NoError(t, conf.Unmarshal(cfg))
	require.Equal(t, createDefaultConfig(), cfg)

	every := confmap.New()
	require.NoError(t, every.Marshal(createDefaultConfig()))
	for _, key := range every.AllKeys() {
		switch key {
		case "storage", "data_range::min", "data_range::max": // nothing by default
		default:
			require.True(t, conf.IsSet(key), "the README does not show %s", key)
		}
	}
}

// config.schema.yaml has the keys of the configuration, and no others.
func TestSchemaHasTheKeys(t *testing.T) {
	schema, err := confmaptest.LoadConf("config.schema.yaml")
	require.NoError(t, err)
	every := confmap.New()
	require.NoError(t, every.Marshal(createDefaultConfig()))
	require.Equal(t, keysOf(every.ToStringMap()), schemaKeys(schema.ToStringMap()))
}

func keysOf(values map[string]any) map[string]any {
	keys := map[string]any{}
	for k, v := range values {
		keys[k] = nil
		if m, ok := v.(map[string]any); ok {
			keys[k] = keysOf(m)
		}
	}
	return keys
}

func schemaKeys(schema map[string]any) map[string]any {
	keys := map[string]any{}
	for k, v := range schema["properties"].(map[string]any) {
		property := v.(map[string]any)
		if property["type"] == "object" {
			keys[k] = schemaKeys(property)
		} else {
			keys[k] = nil
		}
	}
	return keys
}
