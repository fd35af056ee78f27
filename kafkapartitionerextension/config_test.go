// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package kafkapartitionerextension

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/xconfmap"
)

func TestReadsEveryKey(t *testing.T) {
	cfg := createDefaultConfig().(*Config)
	require.NoError(t, xconfmap.Validate(cfg))
	require.NoError(t, confmap.NewFromStringMap(map[string]any{"attributes": []any{"k8s.namespace.name"}}).Unmarshal(cfg))
	require.Equal(t, &Config{Attributes: []string{"k8s.namespace.name"}}, cfg)
}

func TestRefusals(t *testing.T) {
	for want, attributes := range map[string][]string{
		"attributes: at least one resource attribute is required, such as service.name": {},
		"attributes[1]: must be the name of a resource attribute, is empty":             {"service.name", ""},
		`attributes[1]: "service.name" is listed twice`:                                 {"service.name", "service.name"},
	} {
		require.EqualError(t, (&Config{Attributes: attributes}).Validate(), want)
	}
}
