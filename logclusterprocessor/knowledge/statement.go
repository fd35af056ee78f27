// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package knowledge // import "github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"

import (
	"fmt"
	"slices"
)

// Differences says where two statements differ, for people; nothing when they are
// equal.
func (s *Statement) Differences(t *Statement) []string {
	if s.Key == t.Key {
		return nil
	}
	var out []string
	only := func(what, in string, has, lacks []string) {
		for _, w := range has {
			if !slices.Contains(lacks, w) {
				out = append(out, fmt.Sprintf("%s %q is only in %s", what, w, in))
			}
		}
	}
	only("sense", "the first", s.Senses, t.Senses)
	only("sense", "the other", t.Senses, s.Senses)
	only("word", "the first", s.Words, t.Words)
	only("word", "the other", t.Words, s.Words)
	says := func(what string, a, b bool) {
		switch {
		case a && !b:
			out = append(out, "only the first "+what)
		case b && !a:
			out = append(out, "only the other "+what)
		}
	}
	says("says that something failed", s.Failed, t.Failed)
	says("says that it succeeded", s.Succeeded, t.Succeeded)
	says("is under way", s.UnderWay, t.UnderWay)
	if s.Negations != t.Negations {
		out = append(out, fmt.Sprintf("negations: %d and %d", s.Negations, t.Negations))
	}
	if len(out) == 0 {
		out = append(out, fmt.Sprintf("%q and %q", s.Key, t.Key))
	}
	return out
}
