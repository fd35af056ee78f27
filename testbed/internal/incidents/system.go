// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package incidents scores the incident connector, and simpler ways to group what is
// wrong, on systems into which faults were injected.
package incidents // import "github.com/otelcol-aiops/otelcol-aiops/testbed/internal/incidents"

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
)

// System is a day of a system: points of gauges and log lines, in the order of time, and
// the faults that were injected.
type System struct {
	Name   string
	Points []Point
	Logs   []dataset.FaultLog
	Faults []dataset.Fault

	series []dataset.Series
	pods   []string
}

// Point is one value of a metric of a pod.
type Point struct {
	At          int64 // ns
	Pod, Metric string
	Value       float64
}

// Load reads a day.
func Load(dir, day string) (*System, error) {
	series, pods, faults, err := dataset.Faults(dir, day)
	if err != nil {
		return nil, err
	}
	logs, err := dataset.FaultLogs(dir, day)
	if err != nil {
		return nil, err
	}
	s := &System{Name: day, Logs: logs, Faults: faults, series: series, pods: pods}
	for i := range series {
		metric := strings.TrimPrefix(series[i].Name, pods[i]+" ")
		for row, at := range series[i].At {
			s.Points = append(s.Points, Point{at, pods[i], metric, series[i].Value[row]})
		}
	}
	slices.SortStableFunc(s.Points, func(a, b Point) int { return cmp.Compare(a.At, b.At) })
	return s, nil
}

// ofDeployment is what a deployment adds to its name for a pod's.
var ofDeployment = regexp.MustCompile(`-[0-9a-f]{6,10}-[0-9a-z]{5}$`)

// ServiceOf is the service that a pod is of.
func ServiceOf(pod string) string { return ofDeployment.ReplaceAllString(pod, "") }

// Alarm is what somebody would be called for: when, and the services that it names, the
// likeliest cause first.
type Alarm struct {
	At       int64 // ns
	Services []string
}

// Result says how well alarms fit the faults.
type Result struct {
	Faults, Found, First, Three int
	Alarms, False               int
	Hours                       float64 // with no fault near
	Delay                       time.Duration
}

// FalseRate is false alarms an hour.
func (r *Result) FalseRate() float64 { return float64(r.False) / r.Hours }

// A fault is found by an alarm from so long before its stated time to so long after.
const (
	before = 2 * time.Minute
	after  = 5 * time.Minute
)

// Score compares alarms with the faults of a system.
func (s *System) Score(alarms []Alarm) Result {
	r := Result{Faults: len(s.Faults), Alarms: len(alarms)}
	near := func(at int64) bool {
		return slices.ContainsFunc(s.Faults, func(f dataset.Fault) bool { return within(at, f) })
	}
	for _, a := range alarms {
		if !near(a.At) {
			r.False++
		}
	}
	for at := s.Points[0].At; at < s.Points[len(s.Points)-1].At; at += int64(time.Minute) {
		if !near(at) {
			r.Hours += 1.0 / 60
		}
	}
	var delays []time.Duration
	for _, f := range s.Faults {
		var named []string
		found := false
		for _, a := range alarms {
			if !within(a.At, f) {
				continue
			}
			if !found {
				delays = append(delays, time.Duration(a.At-f.Time*int64(time.Second)))
			}
			found = true
			named = append(named, a.Services...)
		}
		if !found {
			continue
		}
		r.Found++
		named = distinct(named)
		if at := slices.Index(named, f.Service); at == 0 {
			r.First++
			r.Three++
		} else if at > 0 && at < 3 {
			r.Three++
		}
	}
	if len(delays) > 0 {
		slices.Sort(delays)
		r.Delay = delays[len(delays)/2].Round(time.Second)
	}
	return r
}

func within(at int64, f dataset.Fault) bool {
	fault := f.Time * int64(time.Second)
	return at >= fault-int64(before) && at <= fault+int64(after)
}

// distinct keeps the first of each.
func distinct(names []string) []string {
	var all []string
	for _, n := range names {
		if !slices.Contains(all, n) {
			all = append(all, n)
		}
	}
	return all
}
