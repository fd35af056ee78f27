// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package logclusterprocessor // import "github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor"

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"time"

	"go.uber.org/zap"
)

// maxRuleSize is how many instructions the pattern of a user's mask rule may compile
// to. RE2 takes time in proportion to that and to the length of the line: a class that
// is repeated up to 1,000 times costs 200 ms on a line of 16 KiB.
const maxRuleSize = 500

// slowRule is how long a rule may take for the worst of the lines that it is tried on
// before a warning says so.
const slowRule = 2 * time.Millisecond

// checkRuleSize refuses rules that no line can be masked with in reasonable time.
func checkRuleSize(rules []MaskRule) error {
	for i, r := range rules {
		parsed, err := syntax.Parse(r.Pattern, syntax.Perl)
		if err != nil {
			continue // refused with its own message
		}
		program, err := syntax.Compile(parsed.Simplify())
		if err != nil {
			continue
		}
		if n := len(program.Inst); n > maxRuleSize {
			return fmt.Errorf("rule %d (%s): pattern %q compiles to %d instructions, at most %d are accepted; counted repetitions such as {1,1000} count in full",
				i, r.Name, r.Pattern, n, maxRuleSize)
		}
	}
	return nil
}

// warnOfSlowRules tries the rules on lines of the greatest length that is looked at.
func warnOfSlowRules(rules []MaskRule, maxBytes int, logger *zap.Logger) {
	for _, r := range rules {
		re, err := regexp.Compile(r.Pattern)
		if err != nil {
			continue
		}
		if took := worst(re, maxBytes); took > slowRule {
			logger.Warn("A mask rule is slow on long lines; a literal in its pattern that other lines do not have makes it cheap",
				zap.String("rule", r.Name), zap.Duration("worst_line", took), zap.Int("bytes", maxBytes))
		}
	}
}

// worst is the time for the worst of a few lines, each tried twice: those of one
// character, and of words, numbers and paths.
func worst(re *regexp.Regexp, bytes int) time.Duration {
	var longest time.Duration
	for _, unit := range []string{"a", "0", " ", "/", "a1", "word ", "10.0.0.1:8080 ", "/usr/lib/x.so ", "key=value "} {
		line := strings.Repeat(unit, bytes/len(unit)+1)[:bytes]
		shortest := time.Hour
		for range 2 { // the machine may be busy once
			began := time.Now()
			re.FindAllStringIndex(line, -1)
			shortest = min(shortest, time.Since(began))
		}
		longest = max(longest, shortest)
	}
	return longest
}
