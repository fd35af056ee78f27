// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package forecastlife

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Count is how many of some held.
type Count struct{ Held, Of int }

func (c *Count) add(held bool) {
	c.Of++
	if held {
		c.Held++
	}
}

// String is how the count is printed.
func (c Count) String() string { return fmt.Sprintf("%d of %d", c.Held, c.Of) }

// Summary counts the families of which all held, and each check.
type Summary struct {
	Families Count
	Halves   [2]Count // of the families
	Checks   map[string]Count
}

// Summarise counts results.
func Summarise(all []Series, results [][]Result) Summary {
	s := Summary{Checks: map[string]Count{}}
	held, half := map[string]bool{}, map[string]int{}
	for i, series := range all {
		if _, ok := held[series.Family]; !ok {
			held[series.Family], half[series.Family] = true, series.Half()
		}
		for _, r := range results[i] {
			c := s.Checks[r.Check]
			c.add(r.Held)
			s.Checks[r.Check] = c
			held[series.Family] = held[series.Family] && r.Held
		}
	}
	for family, ok := range held {
		s.Families.add(ok)
		s.Halves[half[family]].add(ok)
	}
	return s
}

// Print prints what did not hold, or everything, and the summary.
func Print(all []Series, results [][]Result, everything bool) {
	for i, s := range all {
		var failed []string
		for _, r := range results[i] {
			if !r.Held || everything {
				failed = append(failed, fmt.Sprintf("%s (%s)", r.Check, r.Seen))
			}
		}
		if len(failed) > 0 {
			fmt.Printf("%d %-44s %s\n", s.Half(), s.Name, strings.Join(failed, "; "))
		}
	}
	sum := Summarise(all, results)
	fmt.Printf("families with all checks held: %v (halves %v, %v)\n", sum.Families, sum.Halves[0], sum.Halves[1])
	for _, name := range slices.Sorted(maps.Keys(sum.Checks)) {
		fmt.Printf("  %-20s %v\n", name, sum.Checks[name])
	}
}
