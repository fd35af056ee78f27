// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package dataset

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Event is one labelled anomaly: rows Start to End, both inclusive. Rows up to
// Ignore are neither right nor wrong.
type Event struct {
	Kind               string // as in the source; empty where it says none
	Start, End, Ignore int
}

// Series is a labelled series of one metric stream.
type Series struct {
	Set, Name string
	At        []int64   // event time, ns
	Value     []float64 // NaN where a rate has no value
	Count     []float64 // the cumulative sum that Value is the rate of, or nil
	EvalFrom  int       // rows before are for learning only
	Events    []Event   // in order
}

// Days is the time that n rows of the series stand for.
func (s *Series) Days(n int) float64 {
	steps := make([]int64, 0, len(s.At))
	for i := 1; i < len(s.At); i++ {
		steps = append(steps, s.At[i]-s.At[i-1])
	}
	slices.Sort(steps)
	if len(steps) == 0 {
		return 0
	}
	return float64(n) * float64(steps[len(steps)/2]) / float64(24*time.Hour)
}

// Operations loads the labelled series of the set named: kpi (AIOps challenge) or
// wsd (web services).
func Operations(dir, set string) ([]Series, error) {
	data, err := os.ReadFile(filepath.Join(dir, "anomaly", "manifest.json"))
	if err != nil {
		return nil, missing(err)
	}
	var manifest []struct {
		Set, Name, File string
		EvalFrom        int `json:"eval_from"`
	}
	if err := json.Unmarshal(data, &manifest); err != nil {
		return nil, err
	}
	var out []Series
	for _, m := range manifest {
		if m.Set != set {
			continue
		}
		rows, err := table(filepath.Join(dir, filepath.FromSlash(m.File)))
		if err != nil {
			return nil, err
		}
		s := Series{Set: set, Name: m.Name, EvalFrom: m.EvalFrom}
		if err := s.fill(rows); err != nil {
			return nil, fmt.Errorf("%s: %w", m.File, err)
		}
		for i, row := range rows {
			if row[2] == "0" {
				continue
			}
			if n := len(s.Events); n > 0 && s.Events[n-1].End == i-1 {
				s.Events[n-1].End, s.Events[n-1].Ignore = i, i
			} else {
				s.Events = append(s.Events, Event{Start: i, End: i, Ignore: i})
			}
		}
		s.Events = slices.DeleteFunc(s.Events, func(e Event) bool { return e.End < s.EvalFrom })
		out = append(out, s)
	}
	return out, nil
}

// Kinds loads the series with injected anomalies of known kind. Cumulative ones
// are turned into rates.
func Kinds(dir string) ([]Series, error) {
	dir = filepath.Join(dir, "kinds")
	meta, err := table(filepath.Join(dir, "meta.csv"))
	if err != nil {
		return nil, missing(err)
	}
	rows, err := table(filepath.Join(dir, "events.csv"))
	if err != nil {
		return nil, err
	}
	events := map[string][]Event{}
	for _, row := range rows {
		n, err := integers(row[2:5])
		if err != nil {
			return nil, err
		}
		events[row[0]] = append(events[row[0]], Event{Kind: row[1], Start: n[0], End: n[1], Ignore: n[2]})
	}
	out := make([]Series, 0, len(meta))
	for _, m := range meta {
		n, err := integers(m[5:6])
		if err != nil {
			return nil, err
		}
		s := Series{Set: "kinds", Name: m[0], EvalFrom: n[0], Events: events[m[0]]}
		rows, err := table(filepath.Join(dir, "series", m[0]+".csv.gz"))
		if err != nil {
			return nil, err
		}
		if err := s.fill(rows); err != nil {
			return nil, fmt.Errorf("%s: %w", m[0], err)
		}
		if m[2] == "sum" {
			s.rate()
		}
		out = append(out, s)
	}
	return out, nil
}

// NAB loads the Numenta Anomaly Benchmark: events are its windows, and the rows
// to learn from its probation.
func NAB(dir string) ([]Series, error) {
	dir = filepath.Join(dir, "nab")
	data, err := os.ReadFile(filepath.Join(dir, "labels", "combined_windows.json"))
	if err != nil {
		return nil, missing(err)
	}
	var windows map[string][][2]string
	if err := json.Unmarshal(data, &windows); err != nil {
		return nil, err
	}
	var out []Series
	for _, file := range slices.Sorted(maps.Keys(windows)) {
		rows, err := table(filepath.Join(dir, "data", filepath.FromSlash(file)))
		if errors.Is(err, os.ErrNotExist) {
			continue // the other half
		}
		if err != nil {
			return nil, err
		}
		s := Series{Set: "nab", Name: strings.TrimSuffix(file, ".csv"), EvalFrom: min(15*len(rows)/100, 750)}
		index := map[string]int{}
		for i, row := range rows {
			at, err := time.Parse("2006-01-02 15:04:05", row[0])
			if err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			if _, ok := index[row[0]]; !ok {
				index[row[0]] = i
			}
			row[0] = strconv.FormatInt(at.Unix(), 10)
		}
		if err := s.fill(rows); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		for _, w := range windows[file] {
			start, ok := index[strings.TrimSuffix(w[0], ".000000")]
			end, found := index[strings.TrimSuffix(w[1], ".000000")]
			if !ok || !found {
				return nil, fmt.Errorf("%s: window %v is not of its rows", file, w)
			}
			s.Events = append(s.Events, Event{Start: start, End: end, Ignore: end})
		}
		out = append(out, s)
	}
	return out, nil
}

// fill takes time (s) and value from the first two columns.
func (s *Series) fill(rows [][]string) error {
	s.At, s.Value = make([]int64, len(rows)), make([]float64, len(rows))
	for i, row := range rows {
		at, err := strconv.ParseInt(row[0], 10, 64)
		if err != nil {
			return err
		}
		value, err := strconv.ParseFloat(row[1], 64)
		if err != nil {
			return err
		}
		s.At[i], s.Value[i] = at*int64(time.Second), value
	}
	return nil
}

// rate turns a cumulative sum into a rate per second: after a reset the count
// began at zero.
func (s *Series) rate() {
	s.Count = slices.Clone(s.Value)
	last := math.NaN()
	for i, v := range s.Count {
		delta := v - last
		if delta < 0 {
			delta = v
		}
		last = v
		s.Value[i] = math.NaN()
		if i > 0 && s.At[i] > s.At[i-1] {
			s.Value[i] = delta / (float64(s.At[i]-s.At[i-1]) / float64(time.Second))
		}
	}
}

// table reads a CSV file, gzipped or not, without its header.
func table(file string) ([][]string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(file, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	rows, err := csv.NewReader(r).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return rows[1:], nil
}

func integers(fields []string) ([]int, error) {
	out := make([]int, len(fields))
	for i, f := range fields {
		n, err := strconv.Atoi(f)
		if err != nil {
			return nil, err
		}
		out[i] = n
	}
	return out, nil
}

func missing(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%w (%w)", ErrMissing, err)
	}
	return err
}
