// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package resource

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"
)

var names = []string{"service.namespace", "service.name"}

func message(t testing.TB, attributes map[string]any) []byte {
	t.Helper()
	ld := plog.NewLogs()
	rl := ld.ResourceLogs().AppendEmpty()
	require.NoError(t, rl.Resource().Attributes().FromRaw(attributes))
	rl.Resource().SetDroppedAttributesCount(7) // a field that is not of bytes
	rl.ScopeLogs().AppendEmpty().LogRecords().AppendEmpty().Body().SetStr("a line")
	b, err := (&plog.ProtoMarshaler{}).MarshalLogs(ld)
	require.NoError(t, err)
	return b
}

func TestAppendKeyTellsResourcesApart(t *testing.T) {
	seen := map[string]int{}
	for i, attributes := range []map[string]any{
		{"service.name": "a"},
		{"service.name": "ab"},
		{"service.name": ""},
		{"service.name": int64(1)},
		{"service.name": "1"},
		{"service.namespace": "a"},
		{"service.namespace": "a", "service.name": "b"},
		{"service.namespace": "b", "service.name": "a"},
		{"service.namespace": "a", "service.name": map[string]any{"k": "v"}},
	} {
		key := string(AppendKey(nil, message(t, attributes), names))
		assert.NotEmpty(t, key)
		assert.NotContains(t, seen, key, "as %d: %v", seen[key], attributes)
		seen[key] = i
	}
}

func TestAppendKeyOfNothing(t *testing.T) {
	for name, message := range map[string][]byte{
		"no attribute of these": message(t, map[string]any{"host.name": "a"}),
		"no attributes":         message(t, nil),
		"no message":            nil,
		"JSON":                  []byte(`{"resourceLogs":[{"resource":{}}]}`),
		"cut off":               message(t, map[string]any{"service.name": "a"})[:12],
	} {
		assert.Empty(t, AppendKey(nil, message, names), name)
	}
	assert.Zero(t, testing.AllocsPerRun(100, func() { AppendKey(nil, nil, names) }))
}

// Whatever a topic holds, there is an answer, and it is that of the decoded message.
func FuzzAppendKey(f *testing.F) {
	f.Add(message(f, map[string]any{"service.name": "a", "host.name": "b"}))
	f.Add(message(f, map[string]any{"service.namespace": "a", "service.name": "b"}))
	f.Fuzz(func(t *testing.T, b []byte) {
		key := AppendKey(nil, b, names)
		ld, err := (&plog.ProtoUnmarshaler{}).UnmarshalLogs(b)
		if err != nil || ld.ResourceLogs().Len() != 1 {
			return
		}
		attributes := ld.ResourceLogs().At(0).Resource().Attributes()
		_, hasNamespace := attributes.Get(names[0])
		_, hasName := attributes.Get(names[1])
		if !hasNamespace && !hasName && len(key) > 0 {
			t.Errorf("a key %q of nothing", key)
		}
	})
}
