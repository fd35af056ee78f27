// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package notify

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/rowstest"
	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var event = Event{
	ID: "burst:b1", Kind: Burst, Cluster: "00000000000000b1", Service: "shop", Text: "disk `<path>` is full", Keywords: []string{"disk"},
	Solution: "Delete.", At: rowstest.Begin, Hour: 80, Before: 5.1, Link: "http://kb/#/c/00000000000000b1",
}

func TestFormats(t *testing.T) {
	require.JSONEq(t, `{"id":"burst:b1","kind":"burst","cluster":"00000000000000b1","service":"shop","text":"disk `+"`<path>`"+` is full","keywords":["disk"],
"solution":"Delete.","at":"2026-03-14T09:00:00Z","hour":80,"before":5.1,"link":"http://kb/#/c/00000000000000b1"}`, string(JSON.body(&event)))
	require.JSONEq(t, `{"text":"*Burst of records in shop: 80 in the hour, 5.1 an hour before*\n`+"`disk '<path>' is full`"+`\nDelete.\nhttp://kb/#/c/00000000000000b1"}`, string(Slack.body(&event)))
	require.JSONEq(t, `[{"labels":{"alertname":"LogClusterBurst","service":"shop","cluster":"00000000000000b1"},"startsAt":"2026-03-14T09:00:00Z",
"annotations":{"summary":"Burst of records in shop: 80 in the hour, 5.1 an hour before","description":"disk `+"`<path>`"+` is full","solution":"Delete."},
"generatorURL":"http://kb/#/c/00000000000000b1"}]`, string(Alertmanager.body(&event)))
}

// receiver is a real HTTP server that answers with statuses, the last one again and again.
type receiver struct {
	*httptest.Server
	mu       sync.Mutex
	statuses []int
	got      []*http.Request
	bodies   []string
}

func newReceiver(t *testing.T, statuses ...int) *receiver {
	r := &receiver{statuses: statuses}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, _ := io.ReadAll(request.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.got, r.bodies = append(r.got, request), append(r.bodies, string(body))
		w.WriteHeader(r.statuses[min(len(r.got), len(r.statuses))-1])
	}))
	t.Cleanup(r.Close)
	return r
}

// outcomes collects what a sender observes.
type outcomes chan Outcome

func (o outcomes) observe(_ string, outcome Outcome, _ error) { o <- outcome }

// atOnce does not wait, and stands still.
func atOnce() Clock {
	return Clock{Now: func() time.Time { return rowstest.Begin }, Wait: func(context.Context, time.Duration) {}}
}

func TestSender(t *testing.T) {
	for _, c := range []struct {
		name     string
		statuses []int
		outcome  Outcome
		requests int
	}{
		{"taken", []int{200}, Sent, 1},
		{"taken later", []int{503, 429, 500, 204}, Sent, 4},
		{"refused", []int{400}, Failed, 1},
		{"never taken", []int{502}, Failed, attempts},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, o := newReceiver(t, c.statuses...), make(outcomes, 10)
			s := NewSender([]Receiver{{URL: r.URL, Format: JSON, Kinds: []Kind{Burst}, Secret: "s", Link: "http://page", Client: r.Client()}}, o.observe, atOnce())
			s.Tell(event)
			s.Tell(event) // the same is told once
			s.Tell(Event{ID: "x", Kind: New})
			require.Equal(t, c.outcome, <-o)
			s.Shutdown()
			require.Empty(t, o)
			require.Len(t, r.got, c.requests)
			for i, request := range r.got {
				require.Equal(t, "burst:b1", request.Header.Get("Idempotency-Key"))
				require.Equal(t, Sign("s", "1773478800", []byte(r.bodies[i])), request.Header.Get("X-Webhook-Signature"))
				require.Equal(t, "1773478800", request.Header.Get("X-Webhook-Timestamp"))
			}
			var e Event
			require.NoError(t, json.Unmarshal([]byte(r.bodies[0]), &e))
			require.Equal(t, "http://page/#/c/00000000000000b1", e.Link)
		})
	}
}

// A receiver that hangs holds up nobody, and what is too much for it is dropped.
func TestSenderIsBounded(t *testing.T) {
	entered, release := make(chan struct{}, 1), make(chan struct{})
	hangs := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		entered <- struct{}{}
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	defer hangs.Close()
	defer close(release)
	o := make(outcomes, 10)
	s := NewSender([]Receiver{{URL: hangs.URL, Kinds: Kinds, Client: hangs.Client()}}, o.observe, atOnce())
	s.Tell(Event{ID: "first", Kind: New})
	<-entered
	for i := range queued + 3 {
		s.Tell(Event{ID: strings.Repeat("x", i+1), Kind: New})
	}
	for range 3 {
		require.Equal(t, Dropped, <-o)
	}
	s.Shutdown()
	require.Empty(t, o)
}

// TestWatcher tells of what happens after its first look, each thing once.
func TestWatcher(t *testing.T) {
	s, err := store.Open(t.Context(), store.Options{File: filepath.Join(t.TempDir(), "kb.db")})
	require.NoError(t, err)
	defer s.Close()
	numbers := int64(0)
	save := func(rows *knowledge.Rows) {
		numbers++
		_, err := s.Save(t.Context(), store.Writer{ID: "w", Number: numbers}, []knowledge.Change{{Partition: "shop", Rows: *rows}}, 5)
		require.NoError(t, err)
	}
	say := func(w rowstest.Wording, at time.Duration, n int64) {
		w.At, w.Count = at, n
		save(rowstest.Rows(w))
	}
	said := map[string]int{}
	w := &Watcher{
		Store: func() (*store.Store, error) { return s, nil }, Tell: func(e Event) { said[e.ID]++ },
		Trouble: func(_, text string) bool { return !strings.Contains(text, "started") },
		Now:     func() time.Time { return rowstest.Begin.Add(1000 * time.Hour) },
	}
	look := func(want ...string) {
		t.Helper()
		clear(said)
		require.NoError(t, w.Look(t.Context()))
		ids := []string{}
		for id := range said {
			ids = append(ids, id)
		}
		require.ElementsMatch(t, want, ids)
	}
	look() // nothing is there yet
	say(rowstest.DiskFull, 0, 1)
	_, err = s.SetSolution(t.Context(), store.Edit{Cluster: rowstest.DiskFull.ID.String(), Text: "Delete.", Author: "ann"})
	require.NoError(t, err)
	look()
	say(rowstest.TableGone, time.Hour, 1)
	say(rowstest.Wording{ID: 0xd1, Cluster: 0xd1, Text: "server started"}, time.Hour, 1)
	look("new:" + rowstest.TableGone.ID.String())

	again := rowstest.Rows(rowstest.DiskFull)
	again.Templates, again.Clusters = nil, nil
	again.Shapes[0].Saved, again.Shapes[0].Masked = true, ""
	again.Shapes[0].Count, again.Shapes[0].LastSeen = 40, rowstest.Begin.Add(30*time.Hour).UnixNano()
	save(again)
	look("back:"+rowstest.DiskFull.ID.String()+":2026-03-15T15:00:00Z", "burst:"+rowstest.DiskFull.ID.String())
	look() // it still grows
}
