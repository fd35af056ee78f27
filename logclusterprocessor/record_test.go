// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package logclusterprocessor

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
)

// Every set of values has a key of its own, and a service without a namespace the one
// that it has where nobody asks for the namespace.
func TestPartitionKeys(t *testing.T) {
	by := []string{"service.namespace", "service.name"}
	keyOf := func(by []string, attributes map[string]any) string {
		m := pcommon.NewMap()
		require.NoError(t, m.FromRaw(attributes))
		return string(partitionKey(nil, m, by))
	}
	assert.Equal(t, "shop", keyOf(by, map[string]any{"service.name": "shop"}))
	assert.Equal(t, keyOf(by[1:], map[string]any{"service.name": "shop"}), keyOf(by, map[string]any{"service.name": "shop"}))

	seen := map[string]map[string]any{}
	for _, attributes := range []map[string]any{
		{},
		{"service.name": ""},
		{"service.namespace": ""},
		{"service.namespace": "", "service.name": ""},
		{"service.name": "shop"},
		{"service.namespace": "shop"},
		{"service.namespace": "a", "service.name": "shop"},
		{"service.namespace": "shop", "service.name": "a"},
		{"service.name": "- -"},
		{"service.name": `- "shop"`},
		{"service.name": `"a" "shop"`},
		{"service.name": "-"},
		{"service.namespace": "-", "service.name": "shop"},
	} {
		key := keyOf(by, attributes)
		assert.NotContains(t, seen, key, "%v has the key of %v", attributes, seen[key])
		seen[key] = attributes
	}
}
