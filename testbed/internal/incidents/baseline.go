// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package incidents

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/anomaly"
)

// Single are the alarms of a rule a series, as the anomaly processor flags them.
func (s *System) Single(ctx context.Context) ([]Alarm, error) {
	flags, err := anomaly.Flags(ctx, s.series)
	if err != nil {
		return nil, err
	}
	var alarms []Alarm
	for i := range flags {
		for _, e := range anomaly.Episodes(flags[i]) {
			alarms = append(alarms, Alarm{e[0], []string{ServiceOf(s.pods[i])}})
		}
	}
	slices.SortStableFunc(alarms, func(a, b Alarm) int { return cmp.Compare(a.At, b.At) })
	return alarms, nil
}

// Alertmanager's way to group alerts: those of one group that are at most so long apart.
const groupInterval = 5 * time.Minute

// GroupedByService makes one alarm of those of a service that follow each other.
func GroupedByService(alarms []Alarm) []Alarm {
	last := map[string]int64{}
	var groups []Alarm
	for _, a := range alarms {
		service := a.Services[0]
		if at, seen := last[service]; !seen || a.At-at > int64(groupInterval) {
			groups = append(groups, a)
		}
		last[service] = a.At
	}
	return groups
}

// GroupedByTime makes one alarm of all that follow each other. It names the services by
// how many alarms they have.
func GroupedByTime(alarms []Alarm) []Alarm {
	var groups []Alarm
	var counts map[string]int
	last := int64(0)
	for _, a := range alarms {
		if len(groups) == 0 || a.At-last > int64(groupInterval) {
			groups, counts = append(groups, Alarm{At: a.At}), map[string]int{}
		}
		counts[a.Services[0]]++
		groups[len(groups)-1].Services = ranked(counts)
		last = a.At
	}
	return groups
}

func ranked(counts map[string]int) []string {
	return slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
}
