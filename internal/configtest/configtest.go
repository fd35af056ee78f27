// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package configtest checks a component's configuration against the files beside
// it: the cases of its tests, its README and its schema.
package configtest // import "github.com/otelcol-aiops/otelcol-aiops/internal/configtest"

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/confmaptest"
	"go.opentelemetry.io/collector/confmap/xconfmap"
)

// Cases loads each entry of testdata/config.yaml. One with errors must be refused
// with all these texts, one without must be accepted.
func Cases(t *testing.T, defaults func() component.Config) {
	file, err := confmaptest.LoadConf("testdata/config.yaml")
	require.NoError(t, err)
	var cases map[string]struct {
		Config map[string]any `mapstructure:"config"`
		Errors []string       `mapstructure:"errors"`
	}
	require.NoError(t, file.Unmarshal(&cases))
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			cfg := defaults()
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

// Readme demands that the README shows, under the place in a collector's
// configuration that section names, every key with its default, but for the keys
// that have none.
func Readme(t *testing.T, defaults func() component.Config, section string, without ...string) {
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
	conf, err = conf.Sub(section)
	require.NoError(t, err)

	cfg := defaults()
	require.NoError(t, conf.Unmarshal(cfg))
	require.Equal(t, defaults(), cfg)

	every := confmap.New()
	require.NoError(t, every.Marshal(defaults()))
	for _, key := range every.AllKeys() {
		if !slices.Contains(without, key) {
			require.True(t, conf.IsSet(key), "the README does not show %s", key)
		}
	}
}

// Schema demands that config.schema.yaml has the keys of the configuration, and
// no others.
func Schema(t *testing.T, defaults func() component.Config) {
	schema, err := confmaptest.LoadConf("config.schema.yaml")
	require.NoError(t, err)
	every := confmap.New()
	require.NoError(t, every.Marshal(defaults()))
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

// Enum checks that metadata.yaml lists exactly these values of an attribute of the
// component's own metrics.
func Enum(t *testing.T, attribute string, values ...string) {
	t.Helper()
	file, err := confmaptest.LoadConf("metadata.yaml")
	require.NoError(t, err)
	var metadata struct {
		Attributes map[string]struct {
			Enum []string `mapstructure:"enum"`
		} `mapstructure:"attributes"`
	}
	require.NoError(t, file.Unmarshal(&metadata, confmap.WithIgnoreUnused()))
	require.ElementsMatch(t, metadata.Attributes[attribute].Enum, values, "attribute %s", attribute)
}
