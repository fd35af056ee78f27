// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package mask

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
)

// maxRules is bounded by the byte in a token that names the rule.
const maxRules = 200

// Rule masks what a regular expression in RE2's syntax matches.
type Rule struct {
	// Name is shown as <name>: a letter, then letters, digits, '_' or '-'.
	Name string
	// Pattern must not match the empty string.
	Pattern string
}

type rule struct {
	name string
	re   *regexp.Regexp
	// literal occurs in everything that re matches; empty when none was found.
	literal string
}

var ruleName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,31}$`)

func compileRule(i int, r Rule) (rule, error) {
	if i >= maxRules {
		return rule{}, fmt.Errorf("rule %d: at most %d rules are accepted", i, maxRules)
	}
	if !ruleName.MatchString(r.Name) {
		return rule{}, fmt.Errorf("rule %d: name %q: must be a letter followed by at most 31 letters, digits, '_' or '-'", i, r.Name)
	}
	re, err := regexp.Compile(r.Pattern)
	if err != nil {
		return rule{}, fmt.Errorf("rule %d (%s): pattern %q: %w", i, r.Name, r.Pattern, err)
	}
	parsed, err := syntax.Parse(r.Pattern, syntax.Perl)
	if err != nil {
		return rule{}, fmt.Errorf("rule %d (%s): pattern %q: %w", i, r.Name, r.Pattern, err)
	}
	if canBeEmpty(parsed) {
		return rule{}, fmt.Errorf("rule %d (%s): pattern %q: must not match the empty string", i, r.Name, r.Pattern)
	}
	return rule{name: r.Name, re: re, literal: requiredLiteral(parsed.Simplify())}, nil
}

// canBeEmpty is true when some match of re, in whatever text, has no bytes.
func canBeEmpty(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpNoMatch, syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return false
	case syntax.OpLiteral:
		return len(re.Rune) == 0
	case syntax.OpStar, syntax.OpQuest:
		return true
	case syntax.OpRepeat:
		return re.Min == 0 || canBeEmpty(re.Sub[0])
	case syntax.OpPlus, syntax.OpCapture:
		return canBeEmpty(re.Sub[0])
	case syntax.OpConcat:
		return !slices.ContainsFunc(re.Sub, func(s *syntax.Regexp) bool { return !canBeEmpty(s) })
	case syntax.OpAlternate:
		return slices.ContainsFunc(re.Sub, canBeEmpty)
	default: // the empty match, anchors and word boundaries
		return true
	}
}

// requiredLiteral is the longest string known to occur in every match of re.
func requiredLiteral(re *syntax.Regexp) string {
	switch re.Op {
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase == 0 {
			return string(re.Rune)
		}
	case syntax.OpCapture, syntax.OpPlus:
		return requiredLiteral(re.Sub[0])
	case syntax.OpConcat:
		best := ""
		for _, sub := range re.Sub {
			if l := requiredLiteral(sub); len(l) > len(best) {
				best = l
			}
		}
		return best
	}
	return ""
}

// span is text[start:end] taken by a rule.
type span struct {
	start, end int
	rule       uint8
}

// find returns the spans that the rules take, ordered and disjoint. Rules whose
// literal is not in the text cost a substring search; a match costs an
// allocation inside regexp.
func (m *Masker) find(text string, spans []span) []span {
	for i := range m.rules {
		r := &m.rules[i]
		if r.literal != "" && !strings.Contains(text, r.literal) {
			continue
		}
		taken := spans
		for _, loc := range r.re.FindAllStringIndex(text, -1) {
			// The first span that ends after the match begins must begin after its end.
			j, _ := slices.BinarySearchFunc(taken, loc[0], func(s span, at int) int { return s.end - at - 1 })
			if j == len(taken) || taken[j].start >= loc[1] {
				spans = append(spans, span{loc[0], loc[1], uint8(i)})
			}
		}
		if len(taken) > 0 {
			slices.SortFunc(spans, func(a, b span) int { return a.start - b.start })
		}
	}
	return spans
}
