// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package forecastlife plays the everyday series of the benchmark data through the
// connector and checks what is to hold for each, as score_life.py does from outside.
package forecastlife

import (
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"time"

	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/connector/connectortest"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"golang.org/x/sync/errgroup"

	"github.com/otelcol-aiops/otelcol-aiops/forecastconnector"
	"github.com/otelcol-aiops/otelcol-aiops/internal/match"
)

// Check is what is to hold for a series; checks.json says what the fields mean.
type Check struct {
	Name      string  `json:"name"`
	Horizon   string  `json:"horizon"`
	Low       float64 `json:"low"`
	High      float64 `json:"high"`
	Share     float64 `json:"share"`
	Ratio     float64 `json:"ratio"`
	Quantile  float64 `json:"quantile"`
	Tolerance float64 `json:"tolerance"`
	Factor    float64 `json:"factor"`
	Below     float64 `json:"below"`
	Crossing  int64   `json:"crossing"`
	Start     int64   `json:"start"`
	At        int64   `json:"at"`
	After     int64   `json:"after"`
	Since     int64   `json:"since"`
}

// Series is one of the folder's.
type Series struct {
	Name      string      `json:"series"`
	Family    string      `json:"family"`
	Type      string      `json:"type"`
	Step      int64       `json:"step_s"`
	DataRange [2]*float64 `json:"data_range"`
	Limit     *float64    `json:"limit"`
	EvalFrom  int64       `json:"eval_from"`
	Checks    []Check     `json:"checks"`

	dir string
}

// Load reads what a folder made by gen_life_forecast.py holds.
func Load(dir string) ([]Series, error) {
	b, err := os.ReadFile(filepath.Join(dir, "checks.json"))
	if err != nil {
		return nil, err
	}
	var all []Series
	if err := json.Unmarshal(b, &all); err != nil {
		return nil, fmt.Errorf("checks.json: %w", err)
	}
	for i := range all {
		all[i].dir = dir
	}
	return all, nil
}

// Half is 0 or 1 by a hash of the family: rules are chosen by one half and shown on
// both.
func (s *Series) Half() int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(s.Family))
	return int(h.Sum32()>>7) & 1
}

// point is a row of a series.
type point struct {
	at    int64 // s
	value float64
}

func (s *Series) rows() ([]point, error) {
	f, err := os.Open(filepath.Join(s.dir, "series", s.Name+".csv.gz"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	r := csv.NewReader(z)
	r.ReuseRecord = true
	var rows []point
	for {
		record, err := r.Read()
		switch {
		case err == io.EOF:
			return rows, nil
		case err != nil:
			return nil, fmt.Errorf("%s: %w", s.Name, err)
		case record[0] == "ts":
			continue
		}
		at, errAt := strconv.ParseInt(record[0], 10, 64)
		value, errValue := strconv.ParseFloat(record[1], 64)
		if errAt != nil || errValue != nil {
			return nil, fmt.Errorf("%s: not a row: %v", s.Name, record)
		}
		rows = append(rows, point{at, value})
	}
}

// Result is what was seen of one check.
type Result struct {
	Check string
	Held  bool
	Seen  string
}

// Run plays all series, each through a connector of its own, and checks them.
func Run(ctx context.Context, all []Series) ([][]Result, error) {
	results := make([][]Result, len(all))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range all {
		group.Go(func() (err error) {
			results[i], err = all[i].run(ctx)
			return err
		})
	}
	return results, group.Wait()
}

func (s *Series) run(ctx context.Context) ([]Result, error) {
	rows, err := s.rows()
	if err != nil {
		return nil, err
	}
	seen, err := s.play(ctx, rows)
	if err != nil {
		return nil, err
	}
	if s.Type == "sum" {
		rows = rates(rows)
	}
	seen.came = rows
	var results []Result
	for _, c := range s.Checks {
		held, what := checks[c.Name](seen, &c)
		results = append(results, Result{c.Name, held, what})
	}
	return results, nil
}

// play sends a series, an hour of event time a batch, and keeps what comes out.
func (s *Series) play(ctx context.Context, rows []point) (*output, error) {
	factory := forecastconnector.NewFactory()
	cfg := factory.CreateDefaultConfig().(*forecastconnector.Config)
	cfg.EmitInterval, cfg.Limits.Fits = 15*time.Minute, 1_000_000
	if s.Limit != nil {
		cfg.Metrics = []forecastconnector.MetricConfig{{Match: match.Config{Names: []string{s.Name}}, Limit: s.Limit}}
	}
	out := newOutput(s)
	c, err := factory.CreateMetricsToMetrics(ctx, connectortest.NewNopSettings(factory.Type()), cfg, out)
	if err != nil {
		return nil, err
	}
	if err := c.Start(ctx, componenttest.NewNopHost()); err != nil {
		return nil, err
	}
	for len(rows) > 0 {
		n := slices.IndexFunc(rows, func(p point) bool { return p.at/3600 != rows[0].at/3600 })
		if n < 0 {
			n = len(rows)
		}
		if err := c.ConsumeMetrics(ctx, s.metrics(rows[:n])); err != nil {
			return nil, err
		}
		rows = rows[n:]
	}
	return out, c.Shutdown(ctx)
}

func (s *Series) metrics(rows []point) pmetric.Metrics {
	md := pmetric.NewMetrics()
	rm := md.ResourceMetrics().AppendEmpty()
	rm.Resource().Attributes().PutStr("service.name", "svc")
	m := rm.ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	m.SetName(s.Name)
	var points pmetric.NumberDataPointSlice
	if s.Type == "sum" {
		sum := m.SetEmptySum()
		sum.SetIsMonotonic(true)
		sum.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
		points = sum.DataPoints()
	} else {
		points = m.SetEmptyGauge().DataPoints()
	}
	points.EnsureCapacity(len(rows))
	for _, r := range rows {
		dp := points.AppendEmpty()
		dp.SetTimestamp(pcommon.Timestamp(r.at * 1e9))
		if s.Type == "sum" && r.value == float64(int64(r.value)) {
			dp.SetIntValue(int64(r.value))
		} else {
			dp.SetDoubleValue(r.value)
		}
	}
	return md
}

// rates are those of a count, which began at zero where it restarted.
func rates(rows []point) []point {
	out := make([]point, 0, len(rows)-1)
	for i, p := range rows[1:] {
		rise := p.value - rows[i].value
		if rise < 0 {
			rise = p.value
		}
		out = append(out, point{p.at, rise / float64(p.at-rows[i].at)})
	}
	return out
}

// band holds the bounds of one forecast; what is missing is not a number.
type band struct{ mean, lower, upper *float64 }

type madeFor struct {
	at      int64
	horizon string
}

// output keeps what a series' connector emitted; it implements consumer.Metrics.
type output struct {
	*Series
	came        []point
	bands       map[madeFor]*band
	recommended map[int64]*float64
	left        map[int64]*float64
}

func newOutput(s *Series) *output {
	return &output{Series: s, bands: map[madeFor]*band{}, recommended: map[int64]*float64{}, left: map[int64]*float64{}}
}

// Capabilities implements consumer.Metrics.
func (*output) Capabilities() consumer.Capabilities { return consumer.Capabilities{} }

// ConsumeMetrics implements consumer.Metrics.
func (o *output) ConsumeMetrics(_ context.Context, md pmetric.Metrics) error {
	for _, rm := range md.ResourceMetrics().All() {
		for _, sm := range rm.ScopeMetrics().All() {
			for _, m := range sm.Metrics().All() {
				for _, dp := range m.Gauge().DataPoints().All() {
					o.keep(m.Name(), dp)
				}
			}
		}
	}
	return nil
}

func (o *output) keep(metric string, dp pmetric.NumberDataPoint) {
	at := int64(dp.Timestamp()) / 1e9
	var value *float64
	if !dp.Flags().NoRecordedValue() {
		v := dp.DoubleValue()
		value = &v
	}
	switch metric {
	case o.Name + ".forecast":
		horizon, _ := dp.Attributes().Get("forecast.horizon")
		key := madeFor{at, horizon.Str()}
		b := o.bands[key]
		if b == nil {
			b = new(band)
			o.bands[key] = b
		}
		bound, _ := dp.Attributes().Get("forecast.bound")
		*map[string]**float64{"mean": &b.mean, "lower": &b.lower, "upper": &b.upper}[bound.Str()] = value
	case o.Name + ".recommended":
		o.recommended[at] = value
	case o.Name + ".time_to_limit":
		o.left[at] = value
	}
}
