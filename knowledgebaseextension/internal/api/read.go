// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package api // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/api"

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

const (
	defaultPage    = 50
	maxPage        = 200
	defaultMinutes = 60
	maxMinutes     = 7 * 24 * 60
	maxListMinutes = 180  // of the counts in a list
	maxCounts      = 1500 // numbers in one answer of counts: a day by minutes
	maxSearch      = 500  // bytes
	learning       = 10 * time.Minute
	maxPartition   = 4096 // bytes
)

// base returns the store, or 503.
func (s *server) base() (*store.Store, error) {
	base, err := s.Base.Store()
	if err != nil { // which may name hosts, users and files
		return nil, problem(http.StatusServiceUnavailable, "the knowledge base is not open at the moment; the collector's log and status say why")
	}
	return base, nil
}

// Summary is how much there is.
type Summary struct {
	Clusters   int64      `json:"clusters"`
	Templates  int64      `json:"templates"`
	Labelled   int64      `json:"labelled"`
	Records    int64      `json:"records"`
	Partitions []string   `json:"partitions"`
	Latest     *time.Time `json:"latest"` // event time of the latest record
	User       string     `json:"user"`   // who asks, empty when the server asks nobody
}

func (s *server) summary(w http.ResponseWriter, r *http.Request) error {
	base, err := s.base()
	if err != nil {
		return err
	}
	totals, err := base.Totals(r.Context())
	if err != nil {
		return err
	}
	view := Summary{
		Clusters: totals.Clusters, Templates: totals.Templates, Labelled: totals.Labelled, Records: totals.Records,
		Partitions: filled(totals.Partitions), User: user(r),
	}
	latest, err := base.Latest(r.Context(), time.Now())
	if err != nil {
		return err
	}
	if !latest.IsZero() {
		view.Latest = &latest
	}
	return writeJSON(w, view)
}

// ClusterPage is a part of a list.
type ClusterPage struct {
	Window   Window    `json:"window"`
	Clusters []Cluster `json:"clusters"`
	Next     string    `json:"next"` // cursor of the next page, empty on the last
}

func (s *server) listClusters(w http.ResponseWriter, r *http.Request) error {
	base, err := s.base()
	if err != nil {
		return err
	}
	p := params{query: r.URL.Query()}
	query := store.Query{
		Search: p.text("q", maxSearch),
		Sort:   store.Sort(p.text("sort", 20)),
		Limit:  p.number("limit", defaultPage, 1, maxPage),
		Cursor: p.text("cursor", 200),
	}
	minutes := p.number("minutes", defaultMinutes, 0, maxListMinutes)
	if p.query.Has("partition") {
		partition := p.text("partition", maxPartition)
		query.Partition = &partition
	}
	if p.query.Has("labelled") {
		labelled := p.boolean("labelled")
		query.Labelled = &labelled
	}
	switch noise := p.text("noise", 20); noise {
	case "", "exclude":
	case "include":
		query.Noise = true
	case "only":
		query.OnlyNoise = true
	default:
		p.fail("noise must be exclude, include or only, got %q", noise)
	}
	onlyNew := p.boolean("new")
	if p.err != nil {
		return p.err
	}
	window, err := latestWindow(r.Context(), base, minutes)
	if err != nil {
		return err
	}
	if onlyNew {
		query.Since, query.After = window.From, learning
	}
	page, err := base.Clusters(r.Context(), query)
	if err != nil {
		return err
	}
	view := ClusterPage{Window: window, Clusters: make([]Cluster, 0, len(page.Clusters)), Next: page.Next}
	ids := make([]string, 0, len(page.Clusters))
	for i := range page.Clusters {
		view.Clusters = append(view.Clusters, viewCluster(&page.Clusters[i], window))
		ids = append(ids, page.Clusters[i].ID)
	}
	counts, err := base.Counts(r.Context(), ids, window.From, window.Until)
	if err != nil {
		return err
	}
	for i := range view.Clusters {
		view.Clusters[i].Counts = dense(counts[view.Clusters[i].ID], window, time.Minute)
	}
	return writeJSON(w, view)
}

// latestWindow is the minutes up to that of the latest record. In live use that
// is the current one; in a replay the clock is the data's own.
func latestWindow(ctx context.Context, base *store.Store, minutes int) (Window, error) {
	now := time.Now()
	latest, err := base.Latest(ctx, now)
	if err != nil {
		return Window{}, err
	}
	if latest.IsZero() {
		latest = now
	}
	return windowUntil(latest, minutes), nil
}

func windowUntil(last time.Time, minutes int) Window {
	until := last.UTC().Truncate(time.Minute).Add(time.Minute)
	return Window{From: until.Add(-time.Duration(minutes) * time.Minute), Until: until}
}

// dense spreads counts over a window, one number for each step.
func dense(buckets []store.Bucket, w Window, step time.Duration) []int64 {
	counts := make([]int64, (w.Until.Sub(w.From)+step-1)/step)
	for _, b := range buckets {
		if i := int(b.Minute.Sub(w.From) / step); !b.Minute.Before(w.From) && i < len(counts) {
			counts[i] += b.Count
		}
	}
	return counts
}

func (s *server) getCluster(w http.ResponseWriter, r *http.Request) error {
	base, err := s.base()
	if err != nil {
		return err
	}
	detail, err := base.Cluster(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	window, err := latestWindow(r.Context(), base, defaultMinutes)
	if err != nil {
		return err
	}
	counts, err := base.Counts(r.Context(), []string{detail.ID}, window.From, window.Until)
	if err != nil {
		return err
	}
	view := viewDetail(&detail, window)
	view.Counts = dense(counts[detail.ID], window, time.Minute)
	cluster, err := store.ParseID(detail.ID)
	if err != nil {
		return err
	}
	view.Related = viewRelated(s.Base.Related(detail.Partition, knowledge.ID(cluster)))
	return writeJSON(w, view)
}

// Counts are records over time.
type Counts struct {
	Cluster string  `json:"cluster"`
	Window  Window  `json:"window"`
	Step    int     `json:"step"`   // minutes that each number is of
	Counts  []int64 `json:"counts"` // records of each step, in order
}

func (s *server) getCounts(w http.ResponseWriter, r *http.Request) error {
	base, err := s.base()
	if err != nil {
		return err
	}
	p := params{query: r.URL.Query()}
	minutes := p.number("minutes", defaultMinutes, 1, maxMinutes)
	step := p.number("step", (minutes+maxCounts-1)/maxCounts, 1, maxMinutes)
	if p.err == nil && (minutes+step-1)/step > maxCounts {
		p.fail("minutes divided by step must be at most %d, got %d", maxCounts, (minutes+step-1)/step)
	}
	until := p.time("until")
	if p.err != nil {
		return p.err
	}
	id, err := base.Resolve(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	var window Window
	if until.IsZero() {
		if window, err = latestWindow(r.Context(), base, minutes); err != nil {
			return err
		}
	} else {
		window = windowUntil(until.Add(-1), minutes)
	}
	counts, err := base.Counts(r.Context(), []string{id}, window.From, window.Until)
	if err != nil {
		return err
	}
	return writeJSON(w, Counts{
		Cluster: id, Window: window, Step: step, Counts: dense(counts[id], window, time.Duration(step)*time.Minute),
	})
}

// HistoryPage is a part of what people did.
type HistoryPage struct {
	Events []Event `json:"events"`
	Next   int64   `json:"next"` // before= of the next page, 0 on the last
}

func (s *server) history(w http.ResponseWriter, r *http.Request) error {
	base, err := s.base()
	if err != nil {
		return err
	}
	p := params{query: r.URL.Query()}
	limit := p.number("limit", defaultPage, 1, maxPage)
	before := p.number("before", 0, 0, 1<<53)
	if p.err != nil {
		return p.err
	}
	events, err := base.History(r.Context(), int64(before), limit)
	if err != nil {
		return err
	}
	view := HistoryPage{Events: viewEvents(events)}
	if len(events) == limit {
		view.Next = events[limit-1].Revision
	}
	return writeJSON(w, view)
}

// params reads query parameters; err is the first thing that is wrong with them.
type params struct {
	query url.Values
	err   error
}

func (p *params) fail(format string, args ...any) {
	if p.err == nil {
		p.err = problem(http.StatusBadRequest, format, args...)
	}
}

func (p *params) text(name string, most int) string {
	text := p.query.Get(name)
	if len(text) > most {
		p.fail("%s must have at most %d bytes, got %d", name, most, len(text))
	}
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) { // which databases take as they please
		p.fail("%s must be UTF-8 without a zero byte, got %q", name, text)
	}
	return text
}

func (p *params) number(name string, otherwise, least, most int) int {
	text := p.query.Get(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil && !errors.Is(err, strconv.ErrRange) || n < least || n > most {
		p.fail("%s must be a number from %d to %d, got %q", name, least, most, text)
	}
	return n
}

func (p *params) boolean(name string) bool {
	switch text := p.query.Get(name); text {
	case "true":
		return true
	case "", "false":
		return false
	default:
		p.fail("%s must be true or false, got %q", name, text)
		return false
	}
}

func (p *params) time(name string) time.Time {
	text := p.query.Get(name)
	if text == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil || t.Year() < 1970 || t.Year() > 2200 {
		p.fail("%s must be a time such as 2026-03-14T09:26:00Z, got %q", name, text)
	}
	return t
}
