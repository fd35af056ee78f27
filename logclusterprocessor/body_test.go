// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package logclusterprocessor

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/metadatatest"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// templateOf sends a record with a body and returns the template that it got.
func templateOf(t *testing.T, p processor.Logs, body any) string {
	lr := one(t, p, func(lr plog.LogRecord) { require.NoError(t, lr.Body().FromRaw(body)) })
	after := pcommon.NewValueEmpty()
	require.NoError(t, after.FromRaw(body))
	require.Equal(t, after.AsRaw(), lr.Body().AsRaw(), "the body was changed")
	template, _ := lr.Attributes().AsRaw()["log.record.template"].(string)
	return template
}

func TestBodies(t *testing.T) {
	type m = map[string]any
	for name, c := range map[string]struct {
		body any
		want string
	}{
		"text":                   {"disk full", "disk full"},
		"map, zap":               {m{"msg": "disk full", "level": "error", "ts": 1.5}, "disk full"},
		"map, Java":              {m{"message": "disk full", "level": "ERROR", "logger": "a.B"}, "disk full"},
		"map, journald":          {m{"MESSAGE": "disk full", "PRIORITY": "3"}, "disk full"},
		"map, Docker":            {m{"log": "disk full\n", "stream": "stderr"}, "disk full"},
		"map, structlog":         {m{"event": "user_created", "id": 1}, "user_created"},
		"map, the first wins":    {m{"event": "e", "log": "l", "msg": "disk full"}, "disk full"},
		"map, header inside":     {m{"log": "2026-03-01 10:00:00 ERROR [main] a.b.C - disk full"}, "disk full"},
		"map, JSON inside":       {m{"log": `{"msg":"disk full","level":"warn"}`}, "disk full"},
		"map, map inside":        {m{"message": m{"msg": "disk full"}}, "disk full"},
		"map, wrapped":           {m{"fields": m{"message": "disk full"}}, "disk full"},
		"map, error":             {m{"msg": "save failed", "error": "disk full\nframes"}, "save failed: disk full"},
		"map, error as map":      {m{"msg": "save failed", "err": m{"type": "OSError", "message": "disk full"}}, "save failed: OSError: disk full"},
		"map, a number":          {m{"message": 7}, "<num>"},
		"map, ECS":               {m{"message": "disk full", "log": m{"level": "error"}}, "disk full"},
		"map, no message":        {m{"user": m{"id": 3}, "ok": true}, `{"ok":<*>,"user":{"id":<num>}}`},
		"map, same in any order": {m{"b": 1, "a": 2}, `{"a":<num>,"b":<num>}`},
		"array":                  {[]any{"disk full", true}, `["disk full",<*>]`},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, templateOf(t, startLogs(t, defaults()), c.body))
		})
	}
}

func TestBodyField(t *testing.T) {
	for name, value := range map[string]any{"one key": "text", "a list": []any{"none", "text"}} {
		t.Run(name, func(t *testing.T) {
			cfg := defaults()
			require.NoError(t, confmap.NewFromStringMap(map[string]any{"body_field": value}).Unmarshal(cfg))
			p := startLogs(t, cfg)
			require.Equal(t, "job <num> done", templateOf(t, p, map[string]any{"text": "job 7 done", "message": "not asked for"}))
			require.Equal(t, "job <num> done", templateOf(t, p, `{"text":"job 8 done","message":"not asked for"}`))
		})
	}
}

// What a body that is no text is made into is bounded like text.
func TestLargeMapsAreLookedAtInPart(t *testing.T) {
	tel := componenttest.NewTelemetry()
	t.Cleanup(func() { require.NoError(t, tel.Shutdown(context.Background())) })
	p := newLogs(t, metadatatest.NewSettings(tel), defaults())
	word := strings.Repeat("wörd ", 1<<16)
	deep := map[string]any{"end": 1}
	for range 1000 {
		deep = map[string]any{"in": deep}
	}
	for _, body := range []any{
		map[string]any{"a": word, "b": []any{word, word}},
		map[string]any{"message": word},
		[]any{word, word},
	} {
		lr := one(t, p, func(lr plog.LogRecord) { require.NoError(t, lr.Body().FromRaw(body)) })
		require.Less(t, len(lr.Attributes().AsRaw()["log.record.template"].(string)), 2*defaults().MaxBytes)
	}
	require.NotEmpty(t, one(t, p, func(lr plog.LogRecord) { require.NoError(t, lr.Body().FromRaw(deep)) }).Attributes().AsRaw())
	metadatatest.AssertEqualProcessorLogClusterTruncatedRecords(t, tel, []metricdata.DataPoint[int64]{{Value: 3}},
		metricdatatest.IgnoreTimestamp())
	require.NoError(t, p.Shutdown(t.Context()))
}

func TestSeverity(t *testing.T) {
	type severity struct {
		number plog.SeverityNumber
		text   string
	}
	for name, c := range map[string]struct {
		body string
		has  severity
		off  bool
		want severity
	}{
		"header":            {body: "2026-03-01 10:00:00 WARN disk full", want: severity{plog.SeverityNumberWarn, "WARN"}},
		"JSON":              {body: `{"level":"error","msg":"disk full"}`, want: severity{plog.SeverityNumberError, "error"}},
		"number in JSON":    {body: `{"level":60,"msg":"disk full"}`, want: severity{plog.SeverityNumberFatal, "60"}},
		"logfmt":            {body: `level=debug msg="disk full"`, want: severity{plog.SeverityNumberDebug, "debug"}},
		"Docker and klog":   {body: `{"log":"I0301 10:00:00.123456       1 a.go:42] disk full\n","stream":"stderr"}`, want: severity{plog.SeverityNumberInfo, "I"}},
		"syslog":            {body: "<3>Mar  1 10:00:00 web-1 shopd[42]: disk full", want: severity{plog.SeverityNumberError, "err"}},
		"first word":        {body: "ERROR disk full", want: severity{plog.SeverityNumberError, "ERROR"}},
		"none":              {body: "the disk reports an ERROR"},
		"ambiguous number":  {body: `{"level":3,"message":"disk full"}`},
		"has a number":      {body: "ERROR disk full", has: severity{plog.SeverityNumberInfo, ""}, want: severity{plog.SeverityNumberInfo, ""}},
		"has a text":        {body: "ERROR disk full", has: severity{0, "bad"}, want: severity{0, "bad"}},
		"switched off":      {body: "ERROR disk full", off: true},
		"odd spelling kept": {body: `{"level":"eRRor","msg":"disk full"}`, want: severity{plog.SeverityNumberError, "eRRor"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := startLogs(t, defaults(func(cfg *Config) { cfg.Severity.Enabled = !c.off }))
			lr := one(t, p, func(lr plog.LogRecord) {
				lr.Body().SetStr(c.body)
				lr.SetSeverityNumber(c.has.number)
				lr.SetSeverityText(c.has.text)
			})
			require.Equal(t, c.want, severity{lr.SeverityNumber(), lr.SeverityText()})
		})
	}
}

// What was decoded lies in memory that the next record overwrites.
func TestWhatIsWrittenOutlivesTheEnvelope(t *testing.T) {
	p := startLogs(t, defaults(func(c *Config) { c.Attributes.Parameters.Enabled = true }))
	ld := plog.NewLogs()
	records := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
	for _, n := range []string{"1111", "2222"} {
		records.AppendEmpty().Body().SetStr(`{"level":"erRor","msg":"job \u0023` + n + ` took\t` + n + ` ms"}`)
	}
	require.NoError(t, p.ConsumeLogs(t.Context(), ld))
	for i, n := range []string{"1111", "2222"} {
		require.Equal(t, []any{n, n + " ms"}, records.At(i).Attributes().AsRaw()["log.record.parameters"])
		require.Equal(t, "erRor", records.At(i).SeverityText())
	}
}

// The API and the flow take a line for the same thing.
func TestMatchSeesTheMessage(t *testing.T) {
	p, err := newProcessor(nopSettings(), defaults())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, p.Shutdown(context.Background())) })
	ld := batchOf([]line{{body: `{"level":"error","msg":"disk full on \u0073da"}`}})
	_, err = p.processLogs(t.Context(), ld)
	require.NoError(t, err)
	for _, text := range []string{"disk full on sda", "2026-03-01 10:00:00 ERROR [main] a.b.C - disk full on sda"} {
		matches := p.Match(knowledge.Query{Text: text})
		require.Len(t, matches, 1)
		require.Equal(t, knowledge.Known, matches[0].How)
		require.Equal(t, "disk full on sda", matches[0].TemplateText)
	}
}

// Known lines cost no memory for their envelope.
func TestEnvelopesTakeNoMemory(t *testing.T) {
	allocations := func(fill func(lr plog.LogRecord)) float64 {
		p := startLogs(t, defaults())
		ld := plog.NewLogs()
		records := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords()
		for range 100 {
			fill(records.AppendEmpty())
		}
		require.NoError(t, p.ConsumeLogs(t.Context(), ld))
		return testing.AllocsPerRun(20, func() { _ = p.ConsumeLogs(t.Context(), ld) })
	}
	bare := allocations(func(lr plog.LogRecord) { lr.Body().SetStr("disk full on sda") })
	for name, fill := range map[string]func(lr plog.LogRecord){
		"header": func(lr plog.LogRecord) { lr.Body().SetStr("2026-03-01 10:00:00 WARN [main] a.b.C - disk full on sda") },
		"JSON in JSON": func(lr plog.LogRecord) {
			lr.Body().SetStr(`{"log":"{\"level\":\"warn\",\"msg\":\"disk full on sda\"}\n"}`)
		},
		"map": func(lr plog.LogRecord) {
			m := lr.Body().SetEmptyMap()
			m.PutStr("msg", "disk full on sda")
			m.PutInt("level", 40)
			m.PutEmptyMap("err").PutStr("message", "no space")
		},
	} {
		require.Less(t, allocations(fill), bare+50, name) // less than one for two records; the race detector empties pools
	}
}
