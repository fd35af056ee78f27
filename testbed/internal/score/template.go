// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package score

import (
	"regexp"
	"strings"
)

var (
	typed = regexp.MustCompile(`<[\w*]+>`)
	// piece is text between the delimiters by which the truth was corrected.
	piece     = regexp.MustCompile(`[^\s,!;:="'\[\](){}|.+@#$%&-]+`)
	digits    = regexp.MustCompile(`^\d+$`)
	variables = regexp.MustCompile(`<\*>(?:[\s.:,/#@+-]*<\*>)+`)
	spaces    = regexp.MustCompile(`\s+`)
)

// Normal is the form in which templates of several parsers can be compared: every
// placeholder is <*>, and so is a piece of text that holds one or is a number;
// neighbouring placeholders are one. It follows the rules by which the truth of
// the corrected Loghub sets was made and by which others' templates are scored.
// Source: Khan et al., "Guidelines for assessing the accuracy of log message
// template identification techniques", ICSE 2022; simplified, so figures are to be
// compared in one table, not with published ones to the third digit.
func Normal(template string) string {
	t := spaces.ReplaceAllString(strings.TrimSpace(template), " ")
	t = typed.ReplaceAllString(t, "<*>")
	t = piece.ReplaceAllStringFunc(t, func(s string) string {
		if strings.Contains(s, "<*>") || digits.MatchString(s) {
			return "<*>"
		}
		return s
	})
	return variables.ReplaceAllString(t, "<*>")
}

// Templates returns the parsing accuracy (PA): the share of items whose predicted
// template is the true one; and the F1 of template accuracy (FTA): a predicted
// template is right when its group holds exactly the items of a true group and it
// is that group's template. Both compare normalised templates; truth and pred are
// the groups, trueText and predText the templates of the items. Source: Khan et
// al., ICSE 2022.
func Templates(truth, trueText, pred, predText []string) (pa, fta float64) {
	t := contingency(truth, pred)
	normal := map[string]string{}
	form := func(text string) string {
		n, ok := normal[text]
		if !ok {
			n = Normal(text)
			normal[text] = n
		}
		return n
	}
	same := map[cell]int{}
	right := 0
	for i := range truth {
		if form(trueText[i]) == form(predText[i]) {
			right++
			same[cell{truth[i], pred[i]}]++
		}
	}
	correct := 0
	for c, n := range same {
		if n == t.truth[c.truth] && n == t.pred[c.pred] {
			correct++
		}
	}
	return ratio(float64(right), float64(t.n)), ratio(2*float64(correct), float64(len(t.truth)+len(t.pred)))
}
