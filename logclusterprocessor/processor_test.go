// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package logclusterprocessor

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processortest"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelcol-aiops/otelcol-aiops/internal/linetest"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/metadata"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/metadatatest"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

var notes = component.MustNewID("notes")

type nopComponent struct {
	component.StartFunc
	component.ShutdownFunc
}

func nopSettings() processor.Settings { return processortest.NewNopSettings(metadata.Type) }

// one sends a record and returns it as it left.
func one(t *testing.T, p processor.Logs, fill func(plog.LogRecord)) plog.LogRecord {
	ld := plog.NewLogs()
	lr := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty().LogRecords().AppendEmpty()
	fill(lr)
	require.NoError(t, p.ConsumeLogs(t.Context(), ld))
	return lr
}

func TestOtherBodiesPassUntouchedAndCounted(t *testing.T) {
	tel := componenttest.NewTelemetry()
	t.Cleanup(func() { require.NoError(t, tel.Shutdown(context.Background())) })
	p := newLogs(t, metadatatest.NewSettings(tel), defaults())
	require.NoError(t, p.Start(t.Context(), componenttest.NewNopHost()))
	for _, fill := range []func(pcommon.Value){
		func(pcommon.Value) {},
		func(v pcommon.Value) { v.SetEmptyBytes().FromRaw([]byte("raw")) },
		func(v pcommon.Value) { v.SetInt(7) },
		func(v pcommon.Value) { v.SetBool(true) },
		func(v pcommon.Value) { v.SetEmptySlice() },
		func(v pcommon.Value) { v.SetEmptyMap() },
	} {
		want := plog.NewLogRecord()
		fill(want.Body())
		got := one(t, p, func(lr plog.LogRecord) { fill(lr.Body()) })
		require.Equal(t, want.Body().AsRaw(), got.Body().AsRaw())
		require.Empty(t, got.Attributes().AsRaw())
	}
	passed := func(reason string, n int64) metricdata.DataPoint[int64] {
		return metricdata.DataPoint[int64]{Value: n, Attributes: attribute.NewSet(attribute.String("reason", reason))}
	}
	metadatatest.AssertEqualProcessorLogClusterPassedRecords(t, tel, []metricdata.DataPoint[int64]{
		passed("empty", 3), passed("body_type", 3),
	}, metricdatatest.IgnoreTimestamp())
	metadatatest.AssertEqualProcessorLogClusterRecords(t, tel, []metricdata.DataPoint[int64]{
		{Value: 6, Attributes: attribute.NewSet(attribute.String("outcome", "passed"))},
	}, metricdatatest.IgnoreTimestamp())
	require.NoError(t, p.Shutdown(t.Context()))
}

func TestAttributesCanBeRenamedAndSwitchedOff(t *testing.T) {
	p := startLogs(t, defaults(func(c *Config) {
		c.Attributes.Template.Key = "tpl"
		c.Attributes.TemplateID.Enabled = false
		c.Attributes.ClusterID.Key = "category"
		c.Attributes.Keywords.Enabled = false
		c.Attributes.New.Enabled = false
		c.Attributes.Parameters.Enabled = true
	}))
	lr := one(t, p, func(lr plog.LogRecord) {
		lr.Body().SetStr("moved 12 files to /var/tmp/x in 30 ms")
		lr.Attributes().PutStr("mine", "stays")
		lr.Attributes().PutStr("tpl", "is replaced")
	})
	attrs := lr.Attributes().AsRaw()
	require.Len(t, attrs["category"], 16)
	delete(attrs, "category")
	require.Equal(t, map[string]any{
		"mine":                  "stays",
		"tpl":                   "moved <num> files to <path> in <num>",
		"log.record.parameters": []any{"12", "/var/tmp/x", "30 ms"},
	}, attrs)
}

func TestLongLinesAreLookedAtInPart(t *testing.T) {
	p := startLogs(t, defaults())
	body := "upload of " + strings.Repeat("word ", 1<<18) + "ended"
	lr := one(t, p, func(lr plog.LogRecord) { lr.Body().SetStr(body) })
	require.Equal(t, body, lr.Body().Str())
	template := lr.Attributes().AsRaw()["log.record.template"].(string)
	require.LessOrEqual(t, len(template), defaults().MaxBytes)
	require.Contains(t, template, "upload of")
}

func TestStrangeTimes(t *testing.T) {
	p := startLogs(t, defaults())
	now := time.Now()
	for _, ts := range []uint64{0, 1, uint64(now.UnixNano()), uint64(now.AddDate(1, 0, 0).UnixNano()), math.MaxInt64, math.MaxUint64} {
		for i := range 3 {
			lr := one(t, p, func(lr plog.LogRecord) {
				lr.SetTimestamp(pcommon.Timestamp(ts))
				lr.Body().SetStr(fmt.Sprintf("strange %s time", strings.Repeat("x", i+1)))
			})
			require.Equal(t, pcommon.Timestamp(ts), lr.Timestamp())
			require.Contains(t, lr.Attributes().AsRaw(), "log.cluster.id")
		}
	}
}

// A merge of categories is in force two windows after the records that caused it,
// not before. Clusters never merge: their statements say what they are.
func TestMergesTakeEffectAtTheEndOfTheNextWindow(t *testing.T) {
	p := startLogs(t, defaults(patient, func(c *Config) {
		// Nothing is near enough at once; only the linkage of a whole window joins.
		c.Clustering.Clusters = 1
		c.Clustering.DistanceThreshold = 1e-9
		c.Attributes.Category.Enabled = true
	}))
	at := func(second int, body string) (cluster, category any) {
		attrs := consume(t, p, []line{{at: time.Duration(second) * time.Second, service: "s", body: body}}, always(1))
		return attrs[0]["log.cluster.id"], attrs[0]["log.cluster.category"]
	}
	_, a := at(1, "apples fell")
	id, b := at(2, "engine stopped")
	require.NotEqual(t, a, b)
	for _, step := range []struct {
		second int
		want   any
		when   string
	}{
		{9, b, "in its own window"},
		{11, b, "in the next window"},
		{19, b, "at the end of the next window"},
		{20, a, "after the next window"},
	} {
		cluster, category := at(step.second, "engine stopped")
		require.Equal(t, step.want, category, step.when)
		require.Equal(t, id, cluster, step.when)
	}
}

// Windows by processing time take effect at the end of the next window too, by
// the clock.
func TestProcessingTime(t *testing.T) {
	core, logs := observer.New(zap.DebugLevel)
	set := nopSettings()
	set.Logger = zap.New(core)
	p := newLogs(t, set, defaults(func(c *Config) {
		c.Window.By = ByProcessingTime
		c.Window.Duration = 100 * time.Millisecond
		c.Clustering.Clusters = 1
		c.Clustering.FullTree = true
		c.Attributes.Category.Enabled = true
	}))
	require.NoError(t, p.Start(t.Context(), componenttest.NewNopHost()))
	ids := func() (any, any) {
		attrs := consume(t, p, []line{{body: "apples fell"}, {body: "engine stopped"}}, always(2))
		return attrs[0]["log.cluster.category"], attrs[1]["log.cluster.category"]
	}
	a, b := ids()
	require.NotEqual(t, a, b)
	require.Eventually(t, func() bool { a, b := ids(); return a == b }, 10*time.Second, 20*time.Millisecond)
	require.NoError(t, p.Shutdown(t.Context()))

	joined := logs.FilterMessage("clusters joined").All()
	require.Len(t, joined, 1)
	require.Equal(t, true, joined[0].ContextMap()["merged"])
}

func TestSolutionsReachTheNextRecord(t *testing.T) {
	base := newTestBase()
	p := newLogs(t, nopSettings(), defaults(func(c *Config) { c.KnowledgeBase = &notes }))
	require.NoError(t, p.Start(t.Context(), host{notes: base}))
	send := func() map[string]any {
		return consume(t, p, []line{{service: "s", body: "disk full on /dev/sda1"}}, always(1))[0]
	}
	first := send()
	require.NotContains(t, first, "log.cluster.solution")
	var id uint64
	_, err := fmt.Sscanf(first["log.cluster.id"].(string), "%x", &id)
	require.NoError(t, err)
	require.True(t, base.processor.Apply("s", knowledge.Rows{Solutions: []knowledge.Solution{{Cluster: knowledge.ID(id), Text: "Run logrotate."}}}, false))
	require.Equal(t, "Run logrotate.", send()["log.cluster.solution"])
	require.True(t, base.processor.Apply("s", knowledge.Rows{Solutions: []knowledge.Solution{{Cluster: knowledge.ID(id)}}}, false))
	require.NotContains(t, send(), "log.cluster.solution")
	require.NoError(t, p.Shutdown(t.Context()))
}

// Clusters that a person made one are one from the next record on, whichever is
// the older here.
func TestTheBaseJoinsClusters(t *testing.T) {
	for name, swap := range map[string]bool{"into the older": false, "into the younger": true} {
		t.Run(name, func(t *testing.T) {
			base := newTestBase()
			p := newLogs(t, nopSettings(), defaults(func(c *Config) { c.KnowledgeBase = &notes }))
			require.NoError(t, p.Start(t.Context(), host{notes: base}))
			defer func() { require.NoError(t, p.Shutdown(context.Background())) }()
			send := func() (ids [2]knowledge.ID) {
				all := consume(t, p, []line{{service: "s", body: "apples fell"}, {service: "s", body: "engine stopped"}}, always(2))
				for i := range ids {
					_, err := fmt.Sscanf(all[i]["log.cluster.id"].(string), "%x", (*uint64)(&ids[i]))
					require.NoError(t, err)
					require.NotEmpty(t, all[i]["log.cluster.keywords"])
				}
				return ids
			}
			ids := send()
			require.NotEqual(t, ids[0], ids[1])
			from, into := ids[1], ids[0]
			if swap {
				from, into = into, from
			}
			join := knowledge.Rows{Aliases: []knowledge.Alias{{Kind: knowledge.KindCluster, From: from, To: into, Person: true}}}
			for range 2 { // the second changes nothing
				require.True(t, base.processor.Apply("s", join, false))
				require.Equal(t, [2]knowledge.ID{into, into}, send())
			}
			unknown := knowledge.Rows{Aliases: []knowledge.Alias{{Kind: knowledge.KindCluster, From: 1, To: into}, {Kind: knowledge.KindTemplate, From: 2, To: 3}}}
			require.True(t, base.processor.Apply("s", unknown, false))
			require.False(t, base.processor.Apply("another", join, false), "it does not hold that partition")
			require.Equal(t, [2]knowledge.ID{into, into}, send())
		})
	}
}

// A base that is down at start and at the end costs no record; once it is back
// it gets everything.
func TestBaseThatIsDown(t *testing.T) {
	base := newTestBase()
	base.down = true
	p := newLogs(t, nopSettings(), defaults(func(c *Config) { c.KnowledgeBase = &notes }))
	require.NoError(t, p.Start(t.Context(), host{notes: base}))
	attrs := consume(t, p, []line{{service: "s", body: "disk full on /dev/sda1"}}, always(1))
	require.Contains(t, attrs[0], "log.cluster.id")

	base.mu.Lock()
	base.down = false
	base.mu.Unlock()
	require.Eventually(t, func() bool {
		base.mu.Lock()
		defer base.mu.Unlock()
		return base.partitions["s"] != nil && len(base.partitions["s"].Clusters) == 1
	}, 10*time.Second, 10*time.Millisecond)
	require.NoError(t, p.Shutdown(t.Context()))
}

func TestPartitionsBeyondTheLimitShareOne(t *testing.T) {
	p := startLogs(t, defaults(func(c *Config) { c.Limits.Partitions = 2 }))
	var lines []line
	for _, s := range []string{"a", "b", "c", "d", "a"} {
		lines = append(lines, line{service: s, body: "disk full"})
	}
	attrs := consume(t, p, lines, always(5))
	id := func(i int) any { return attrs[i]["log.template.id"] }
	require.Equal(t, id(0), id(4))
	require.Equal(t, id(2), id(3))
	require.NotEqual(t, id(0), id(1))
	require.NotEqual(t, id(1), id(2))
}

// Beyond what a window may cost a line is a template of its own, in the cluster of its
// statement, and the next window learns again.
func TestLinesThatAreNotLearnt(t *testing.T) {
	tel := componenttest.NewTelemetry()
	t.Cleanup(func() { require.NoError(t, tel.Shutdown(context.Background())) })
	p := newLogs(t, metadatatest.NewSettings(tel), defaults(func(c *Config) { c.Limits.LearnMiB = 1 }))
	require.NoError(t, p.Start(t.Context(), componenttest.NewNopHost()))
	before := consume(t, p, []line{{service: "a", body: "table not found"}}, always(1))[0]
	r := rand.New(rand.NewPCG(6, 7))
	flood := make([]line, 5000)
	for i := range flood {
		flood[i] = line{service: "a", body: strings.Join([]string{linetest.Word(r), linetest.Word(r), linetest.Word(r)}, " ")}
	}
	for i, attrs := range consume(t, p, flood, always(100)) {
		require.Equal(t, flood[i].body, attrs["log.record.template"])
		require.Contains(t, attrs, "log.cluster.id")
	}
	late := []line{{service: "a", body: "there is no such table"}, {service: "b", body: "there is no such table"}}
	attrs := consume(t, p, late, always(2))
	require.Equal(t, before["log.cluster.id"], attrs[0]["log.cluster.id"], "equal statements are one cluster")
	require.Equal(t, before["log.cluster.keywords"], attrs[0]["log.cluster.keywords"])
	require.NotContains(t, attrs[0], "log.cluster.new")
	require.Contains(t, attrs[1], "log.cluster.new", "another partition learns")
	next := consume(t, p, []line{{at: time.Hour, service: "a", body: "there is no such table"}}, always(1))[0]
	require.Contains(t, next, "log.cluster.new", "the next window learns")
	require.Equal(t, attrs[0]["log.template.id"], next["log.template.id"])
	require.NoError(t, p.Shutdown(t.Context()))

	unlearned, err := tel.GetMetric("otelcol_processor_log_cluster_unlearned_records")
	require.NoError(t, err)
	points := unlearned.Data.(metricdata.Sum[int64]).DataPoints
	require.Len(t, points, 1)
	require.Equal(t, attribute.NewSet(attribute.String("partition", "a")), points[0].Attributes)
	require.InDelta(t, 1000, points[0].Value, 700)
}

// A replay that jumps over a whole window waits for the clustering of the window
// before, so that it leaves what the live stream left; the wait is counted.
func TestReplayWaits(t *testing.T) {
	tel := componenttest.NewTelemetry()
	t.Cleanup(func() { require.NoError(t, tel.Shutdown(context.Background())) })
	p := newLogs(t, metadatatest.NewSettings(tel), defaults(patient))
	require.NoError(t, p.Start(t.Context(), componenttest.NewNopHost()))
	r := rand.New(rand.NewPCG(6, 6))
	var lines []line
	for range 2000 { // new templates, whose clustering takes some ms at least
		lines = append(lines, line{body: strings.Join([]string{linetest.Word(r), linetest.Word(r), linetest.Word(r)}, " ")})
	}
	lines = append(lines, line{at: time.Hour, body: "an hour later"})
	consume(t, p, lines, always(len(lines)))
	require.NoError(t, p.Shutdown(t.Context()))
	waits, err := tel.GetMetric("otelcol_processor_log_cluster_window_wait")
	require.NoError(t, err)
	require.Positive(t, waits.Data.(metricdata.Histogram[float64]).DataPoints[0].Count)
	windows, err := tel.GetMetric("otelcol_processor_log_cluster_windows")
	require.NoError(t, err)
	points := windows.Data.(metricdata.Sum[int64]).DataPoints
	require.Len(t, points, 1)
	require.Equal(t, attribute.NewSet(attribute.String("method", "exact")), points[0].Attributes)
	require.Equal(t, int64(1), points[0].Value)
}

// Without patience nothing is lost but the point at which merges come.
func TestImpatientReplay(t *testing.T) {
	p := startLogs(t, defaults(func(c *Config) { c.Window.MaxWait = 0 }))
	for i, attrs := range consume(t, p, testStream(7), always(50)) {
		require.Contains(t, attrs, "log.cluster.id", i)
	}
}

// FuzzOTLP sends whatever decodes as OTLP.
func FuzzOTLP(f *testing.F) {
	marshaler, unmarshaler := plog.ProtoMarshaler{}, plog.ProtoUnmarshaler{}
	for _, l := range []line{
		{body: "disk full"},
		{service: "s", body: "Table not found: orders"},
		{service: "\xff", at: -time.Hour, body: "\x00\xff {\"a\":[1,2"},
	} {
		data, err := marshaler.MarshalLogs(batchOf([]line{l}))
		require.NoError(f, err)
		f.Add(data)
	}
	p := startLogs(f, defaults())
	f.Fuzz(func(t *testing.T, data []byte) {
		ld, err := unmarshaler.UnmarshalLogs(data)
		if err != nil {
			return
		}
		n := ld.LogRecordCount()
		require.NoError(t, p.ConsumeLogs(context.Background(), ld))
		require.Equal(t, n, ld.LogRecordCount())
	})
}
