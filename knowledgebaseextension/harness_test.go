// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package knowledgebaseextension

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/collector/extension/extensiontest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-aiops/otelcol-aiops/internal/linetest"
	"github.com/otelcol-aiops/otelcol-aiops/internal/pgtest"
	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/metadata"
	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

var (
	id    = component.NewID(metadata.Type)
	begin = time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)
)

// host is a component.Host with one extension that notes what is reported.
type host struct {
	ext component.Component

	mu     sync.Mutex
	events []*componentstatus.Event
}

func (h *host) GetExtensions() map[component.ID]component.Component {
	return map[component.ID]component.Component{id: h.ext}
}

// Report implements componentstatus.Reporter.
func (h *host) Report(e *componentstatus.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events = append(h.events, e)
}

func (h *host) status() componentstatus.Status {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.events) == 0 {
		return componentstatus.StatusNone
	}
	return h.events[len(h.events)-1].Status()
}

// says returns the errors that were reported.
func (h *host) says() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var errs []error
	for _, e := range h.events {
		errs = append(errs, e.Err())
	}
	return fmt.Sprint(errors.Join(errs...))
}

// collector is an extension with a processor that uses it.
type collector struct {
	*knowledgeBase
	host *host
	logs processor.Logs
}

func onSQLite(t testing.TB) func(*Config) {
	file := filepath.Join(t.TempDir(), "kb.db")
	return func(c *Config) { c.File = file }
}

func onPostgres(dsn string) func(*Config) {
	return func(c *Config) { c.DSN = configopaque.String(dsn) }
}

// onBoth runs a test with an empty SQLite file and with an empty database.
func onBoth(t *testing.T, test func(t *testing.T, where func(*Config))) {
	t.Run("sqlite", func(t *testing.T) { test(t, onSQLite(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, onPostgres(pgtest.Start(t).Database(t))) })
}

// start starts a collector that is not stopped with the test.
func start(t testing.TB, where func(*Config), change ...func(*logclusterprocessor.Config)) *collector {
	cfg := createDefaultConfig().(*Config)
	cfg.HTTP.NetAddr.Endpoint = "localhost:0"
	where(cfg)
	require.NoError(t, cfg.Validate())
	return startWith(t, extensiontest.NewNopSettings(metadata.Type), cfg, change...)
}

func startWith(t testing.TB, set extension.Settings, cfg *Config, change ...func(*logclusterprocessor.Config)) *collector {
	ext, err := newExtension(set, cfg)
	require.NoError(t, err)
	c := &collector{knowledgeBase: ext, host: &host{ext: ext}}
	require.NoError(t, ext.Start(t.Context(), c.host))

	factory := logclusterprocessor.NewFactory()
	logs := factory.CreateDefaultConfig().(*logclusterprocessor.Config)
	logs.KnowledgeBase = &id
	logs.Window.MaxWait = time.Minute
	for _, f := range change {
		f(logs)
	}
	c.logs, err = factory.CreateLogs(t.Context(), processortest.NewNopSettings(factory.Type()), logs, consumertest.NewNop())
	require.NoError(t, err)
	require.NoError(t, c.logs.Start(t.Context(), c.host))
	return c
}

func (c *collector) stop(t testing.TB) {
	require.NoError(t, c.logs.Shutdown(context.Background()))
	require.NoError(t, c.knowledgeBase.Shutdown(context.Background()))
}

// line is one record of a test's stream.
type line struct {
	at   time.Duration // since begin
	body string
}

func linesOf(bodies ...string) []line {
	lines := make([]line, len(bodies))
	for i, b := range bodies {
		lines[i] = line{time.Duration(i) * time.Millisecond, b}
	}
	return lines
}

// send lets records of the service shop pass and returns their attributes.
func (c *collector) send(t testing.TB, lines ...line) []map[string]any {
	ld := plog.NewLogs()
	rl := ld.ResourceLogs().AppendEmpty()
	rl.Resource().Attributes().PutStr("service.name", "shop")
	records := rl.ScopeLogs().AppendEmpty().LogRecords()
	for _, l := range lines {
		lr := records.AppendEmpty()
		lr.Body().SetStr(l.body)
		lr.SetTimestamp(pcommon.NewTimestampFromTime(begin.Add(l.at)))
		// As receivers do; without it, the same records are the same batch, sent again.
		lr.SetObservedTimestamp(pcommon.NewTimestampFromTime(time.Now()))
	}
	require.NoError(t, c.logs.ConsumeLogs(context.Background(), ld))
	all := make([]map[string]any, records.Len())
	for i := range all {
		all[i] = records.At(i).Attributes().AsRaw()
		require.Contains(t, all[i], "log.cluster.id", lines[i].body)
	}
	return all
}

func (c *collector) sendAll(t testing.TB, lines []line) (all []map[string]any) {
	for len(lines) > 0 {
		n := min(100, len(lines))
		all = append(all, c.send(t, lines[:n]...)...)
		lines = lines[n:]
	}
	return all
}

// attribute sends one line and returns one of its attributes, or nil.
func (c *collector) attribute(t testing.TB, body, key string) any {
	return c.send(t, line{0, body})[0][key]
}

func (c *collector) open(t testing.TB) *store.Store {
	var s *store.Store
	require.Eventually(t, func() bool {
		var err error
		s, err = c.Store()
		return err == nil
	}, 30*time.Second, 10*time.Millisecond)
	return s
}

// detail waits until a cluster is in the store with so many records.
func (c *collector) detail(t testing.TB, id any, count int64) store.Detail {
	s := c.open(t)
	var d store.Detail
	require.Eventually(t, func() bool {
		var err error
		d, err = s.Cluster(t.Context(), id.(string))
		return err == nil && d.Count == count
	}, 30*time.Second, 20*time.Millisecond, "%v never had %d records, but %d", id, count, d.Count)
	return d
}

// stream makes lines of two minutes.
func stream(seed uint64, n int) []line {
	r := rand.New(rand.NewPCG(seed, 1))
	lines := make([]line, n)
	for i := range lines {
		lines[i] = line{2 * time.Minute * time.Duration(i) / time.Duration(n), linetest.Line(r)}
	}
	return lines
}

func idOf(t testing.TB, text any) knowledge.ID {
	n, err := store.ParseID(text.(string))
	require.NoError(t, err)
	return knowledge.ID(n)
}
