// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecastconnector // import "github.com/otelcol-aiops/otelcol-aiops/forecastconnector"

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector/internal/forecast"
	"github.com/otelcol-aiops/otelcol-aiops/internal/match"
	"github.com/otelcol-aiops/otelcol-aiops/internal/series"
)

// streamsPath is where streams are listed and explained.
const streamsPath = "/debug/forecasts"

// How many streams an answer explains, and may at most be asked for.
const (
	shownStreams = 20
	mostStreams  = 1000
)

// label is what a stream is called. Streams are known by a hash; this is kept
// only where someone may ask.
type label struct {
	metric          string
	point, resource pcommon.Map
}

func newLabel(metric string, point, resource pcommon.Map) *label {
	l := &label{metric, pcommon.NewMap(), pcommon.NewMap()}
	series.CopyAttributes(point, l.point, 0)
	resource.CopyTo(l.resource)
	return l
}

// inspector answers what a stream's forecast is made of, and why.
type inspector struct{ streams }

// inspection is an answer.
type inspection struct {
	Matching int        `json:"matching"` // streams that were asked for
	Shown    int        `json:"shown"`
	Unseen   int        `json:"not_seen_since_start"` // of a checkpoint; their names are not known yet
	Streams  []*subject `json:"streams"`
}

// subject is one stream.
type subject struct {
	ID         string         `json:"id"`
	Metric     string         `json:"metric"`
	Attributes map[string]any `json:"attributes"`
	Resource   map[string]any `json:"resource"`
	Why        []string       `json:"why"`
	LastPoint  string         `json:"last_point,omitempty"`
	Interval   string         `json:"interval,omitempty"`
	History    history        `json:"history"`
	Periods    []string       `json:"periods"`
	Level      number         `json:"level"`
	Trend      number         `json:"trend_per_day"`
	Changed    string         `json:"level_changed_before_last_fit,omitempty"`
	Models     []weighed      `json:"models"`
	Horizons   []horizon      `json:"horizons"`
	Fit        fits           `json:"fit"`
}

type history struct {
	Step    string `json:"step"`
	Buckets int    `json:"buckets"`
	Span    string `json:"span"`
	Bytes   int    `json:"bytes"`
}

type weighed struct {
	Name   string `json:"name"`
	Weight number `json:"weight"`
	Error  number `json:"recent_error"`
}

type horizon struct {
	Horizon  string `json:"horizon"`
	Mean     number `json:"mean"`
	Lower    number `json:"lower"`
	Upper    number `json:"upper"`
	Points   int64  `json:"points_compared"`
	Coverage number `json:"coverage"`
	Error    number `json:"error"`
}

type fits struct {
	Last string `json:"last,omitempty"`
	Next string `json:"next,omitempty"`
	Due  bool   `json:"due"`
}

// number is null in JSON where it is not finite.
type number float64

// MarshalJSON implements json.Marshaler.
func (n number) MarshalJSON() ([]byte, error) {
	if f := float64(n); !math.IsNaN(f) && !math.IsInf(f, 0) {
		return json.Marshal(f)
	}
	return []byte("null"), nil
}

// ServeHTTP implements http.Handler.
func (i inspector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path != streamsPath:
		http.Error(w, "there is only "+streamsPath, http.StatusNotFound)
		return
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "only GET is answered", http.StatusMethodNotAllowed)
		return
	}
	q, err := parseQuestion(r.URL.Query())
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	_ = e.Encode(i.answer(q)) // who asked has gone away
}

// question chooses streams.
type question struct {
	match match.Matcher
	id    series.ID
	byID  bool
	limit int
}

// parseQuestion reads metric, attribute (key=pattern, any number of them), id and
// limit.
func parseQuestion(values url.Values) (question, error) {
	q := question{limit: shownStreams}
	c := match.Config{Names: values["metric"], Attributes: map[string]string{}}
	for key := range values {
		if !slices.Contains([]string{"metric", "attribute", "id", "limit"}, key) {
			return q, fmt.Errorf("there is no %q; metric, attribute, id and limit are", key)
		}
	}
	for _, pair := range values["attribute"] {
		key, pattern, ok := strings.Cut(pair, "=")
		if !ok {
			return q, fmt.Errorf("attribute must be key=pattern, got %q", pair)
		}
		c.Attributes[key] = pattern
	}
	if text := values.Get("limit"); text != "" {
		limit, err := strconv.Atoi(text)
		if err != nil || limit < 1 || limit > mostStreams {
			return q, fmt.Errorf("limit must be between 1 and %d, got %q", mostStreams, text)
		}
		q.limit = limit
	}
	if text := values.Get("id"); text != "" {
		id, err := strconv.ParseUint(text, 16, 64)
		if err != nil {
			return q, fmt.Errorf("id must be 16 hex digits, got %q", text)
		}
		q.id, q.byID = series.ID(id), true
	}
	var err error
	q.match, err = match.New(c)
	return q, err
}

// answer goes through the streams shard by shard, so that points wait for a part of
// them at most, and explains the first that are asked for.
func (i inspector) answer(q question) inspection {
	in := inspection{Streams: []*subject{}}
	for shard := range i.Shards() {
		i.Each(shard, func(id series.ID, _ series.Seen, s *stream) {
			switch {
			case s.saved != nil:
				in.Unseen++
			case s.label == nil || s.model == nil || q.byID && id != q.id || !q.match.Stream(s.label.metric, s.label.point, s.label.resource):
			default:
				in.Matching++
				if len(in.Streams) < q.limit {
					in.Streams = append(in.Streams, explain(id, s))
				}
			}
		})
	}
	in.Shown = len(in.Streams)
	slices.SortFunc(in.Streams, func(a, b *subject) int {
		return cmp.Or(cmp.Compare(a.Metric, b.Metric), cmp.Compare(a.ID, b.ID))
	})
	return in
}

// explain says what a stream's forecast is made of.
func explain(id series.ID, s *stream) *subject {
	d := s.model.Describe()
	e := &subject{
		ID:     fmt.Sprintf("%016x", uint64(id)),
		Metric: s.label.metric, Attributes: s.label.point.AsRaw(), Resource: s.label.resource.AsRaw(),
		Why:       d.Why(),
		LastPoint: moment(s.model.Now()), Interval: forecast.Written(d.Interval.Round(time.Millisecond)),
		History: history{forecast.Written(d.Step), d.Buckets, forecast.Written(d.Span()), s.model.Size()},
		Periods: []string{},
		Level:   number(d.Level), Trend: number(d.Trend),
		Models:   []weighed{},
		Horizons: []horizon{},
		Fit:      fits{Last: moment(d.Fitted), Next: moment(d.Due), Due: s.model.FitDue()},
	}
	for _, p := range d.Periods {
		e.Periods = append(e.Periods, forecast.Written(p))
	}
	if d.Changed > 0 {
		e.Changed = forecast.Written(d.Changed)
	}
	for _, m := range d.Models {
		if m.Weight > 0 {
			e.Models = append(e.Models, weighed{m.Name, number(m.Weight), known(m.Error, m.Error > 0)})
		}
	}
	for _, m := range d.Measured {
		var f forecast.Point
		if s.model.Ready() {
			f = s.model.Forecast(m.Horizon)
		}
		e.Horizons = append(e.Horizons, horizon{
			forecast.Written(m.Horizon), number(f.Mean), number(f.Lower), number(f.Upper), m.Points, known(m.Coverage, m.Points > 0), known(m.Error, m.Points > 0),
		})
	}
	return e
}

// known is a number, or null where it is not.
func known(v float64, ok bool) number {
	if !ok {
		return number(math.NaN())
	}
	return number(v)
}

// moment is a time as it is written, empty where there is none.
func moment(ns int64) string {
	if ns == 0 {
		return ""
	}
	return time.Unix(0, ns).UTC().Format(time.RFC3339)
}
