// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package dataset

import (
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// LifeSeries is a series of everyday life: of a family that is quiet, or in which
// there are incidents.
type LifeSeries struct {
	Series
	Family string
	Quiet  bool       // the family has no event: every alarm is a false one
	Also   [][]string // by event, kinds that are right too
	Allow  [][2]int   // rows, both inclusive, in which an alarm is neither right nor wrong
	Step   time.Duration
}

// Life loads the series of a folder that gen_life.py made.
func Life(dir string) ([]LifeSeries, error) {
	series, err := Kinds(dir)
	if err != nil {
		return nil, err
	}
	dir = filepath.Join(dir, "kinds")
	tables := map[string][][]string{}
	for _, name := range []string{"meta", "families", "events", "allow"} {
		if tables[name], err = table(filepath.Join(dir, name+".csv")); err != nil {
			return nil, missing(err)
		}
	}
	quiet := map[string]bool{}
	for _, row := range tables["families"] {
		quiet[row[0]] = row[1] == "quiet"
	}
	also := map[string][][]string{}
	for _, row := range tables["events"] {
		also[row[0]] = append(also[row[0]], strings.Split(row[8], "|"))
	}
	allow := map[string][][2]int{}
	for _, row := range tables["allow"] {
		n, err := integers(row[1:3])
		if err != nil {
			return nil, err
		}
		allow[row[0]] = append(allow[row[0]], [2]int{n[0], n[1]})
	}
	out := make([]LifeSeries, len(series))
	for i, m := range tables["meta"] {
		step, err := strconv.ParseFloat(m[3], 64)
		if err != nil {
			return nil, err
		}
		out[i] = LifeSeries{
			Series: series[i], Family: m[1], Quiet: quiet[m[1]], Also: also[m[0]], Allow: allow[m[0]],
			Step: time.Duration(step * float64(time.Second)),
		}
	}
	return out, nil
}

// Fault is a fault that was injected into a pod.
type Fault struct {
	Time    int64 // Unix seconds
	Pod     string
	Service string
	Type    string
}

// Faults loads a day of a system with injected faults: the series of all pods, a
// column each, and the faults.
func Faults(dir, day string) (series []Series, pods []string, faults []Fault, err error) {
	dir = filepath.Join(dir, "faults", day)
	data, err := os.ReadFile(filepath.Join(dir, "faults.json"))
	if err != nil {
		return nil, nil, nil, missing(err)
	}
	if err := json.Unmarshal(data, &faults); err != nil {
		return nil, nil, nil, err
	}
	head, rows, err := withHead(filepath.Join(dir, "metrics.csv.gz"))
	if err != nil {
		return nil, nil, nil, err
	}
	index := map[[2]string]int{}
	for _, row := range rows {
		at, err := strconv.ParseInt(row[0], 10, 64)
		if err != nil {
			return nil, nil, nil, err
		}
		for c := 2; c < len(row); c++ {
			if row[c] == "" {
				continue // not measured
			}
			v, err := strconv.ParseFloat(row[c], 64)
			if err != nil {
				return nil, nil, nil, fmt.Errorf("%s of %s: %w", head[c], row[1], err)
			}
			key := [2]string{row[1], head[c]}
			i, ok := index[key]
			if !ok {
				i = len(series)
				index[key] = i
				series, pods = append(series, Series{Set: day, Name: row[1] + " " + head[c]}), append(pods, row[1])
			}
			s := &series[i]
			if n := len(s.At); n == 0 || s.At[n-1] < at*int64(time.Second) {
				s.At, s.Value = append(s.At, at*int64(time.Second)), append(s.Value, v)
			}
		}
	}
	slices.SortFunc(faults, func(a, b Fault) int { return int(a.Time - b.Time) })
	return series, pods, faults, nil
}

// withHead reads a gzipped CSV file with its header.
func withHead(file string) (head []string, rows [][]string, err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, nil, missing(err)
	}
	defer f.Close()
	r, err := gzip.NewReader(f)
	if err != nil {
		return nil, nil, err
	}
	rows, err = csv.NewReader(r).ReadAll()
	switch {
	case err != nil:
		return nil, nil, err
	case len(rows) == 0:
		return nil, nil, errors.New("no header: " + file)
	}
	return rows[0], rows[1:], nil
}

// FaultLog is a line that a container of a system with injected faults wrote.
type FaultLog struct {
	At        int64 // ns
	Pod, Text string
}

// FaultLogs loads the container logs of such a day, in the order of time. Where the time
// ran over, that inside of Docker's JSON counts.
func FaultLogs(dir, day string) ([]FaultLog, error) {
	_, rows, err := withHead(filepath.Join(dir, "faults", day, "logs.csv.gz"))
	if err != nil {
		return nil, err
	}
	logs := make([]FaultLog, 0, len(rows))
	for _, row := range rows {
		at, err := strconv.ParseInt(row[0], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("time of a log line: %w", err)
		}
		if at < 0 {
			var docker struct{ Time time.Time }
			if json.Unmarshal([]byte(row[3]), &docker) != nil || docker.Time.IsZero() {
				continue
			}
			at = docker.Time.UnixNano()
		}
		logs = append(logs, FaultLog{at, row[1], row[3]})
	}
	slices.SortStableFunc(logs, func(a, b FaultLog) int { return cmp.Compare(a.At, b.At) })
	return logs, nil
}
