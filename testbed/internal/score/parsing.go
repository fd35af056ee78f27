// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package score

import (
	"regexp"
	"strings"
)

var (
	placeholder = regexp.MustCompile(`<[^<>\s]*>|\dxx`)
	glued       = regexp.MustCompile(`[\pL\pN_-]*<\*>[\pL\pN_-]*`)
	neighbours  = regexp.MustCompile(`<\*>([-:.,/_#@]?<\*>)+`)
)

// Template makes the texts of one template alike: placeholders of any kind are
// <*>, with the letters that they are glued to (blk_<num>, <num>ms), those that only
// a mark parts are one, and white space is left out.
func Template(text string) string {
	text = glued.ReplaceAllString(placeholder.ReplaceAllString(text, "<*>"), "<*>")
	text = strings.Join(strings.Fields(text), "")
	return neighbours.ReplaceAllString(text, "<*>")
}

// ParsingAccuracy (PA) is the share of items whose predicted template has the very
// text of the true one, normalised by Template. Source: Dai et al., "Logram", IEEE
// TSE 2022.
func ParsingAccuracy(truth, pred []string) float64 {
	right := 0
	for i := range truth {
		if Template(truth[i]) == Template(pred[i]) {
			right++
		}
	}
	return ratio(float64(right), float64(len(truth)))
}

// TemplateAccuracy (FTA) is the harmonic mean of the shares of predicted and of
// true templates that have both the right text and the right items. Source: Khan et
// al., "Guidelines for Assessing the Accuracy of Log Message Template
// Identification Techniques", ICSE 2022.
func TemplateAccuracy(truth, pred, text []string) float64 {
	t := contingency(truth, pred)
	texts := map[string]string{}
	for i, p := range pred {
		texts[p] = text[i]
	}
	right := 0.0
	for c, n := range t.cells {
		if n == t.truth[c.truth] && n == t.pred[c.pred] && Template(c.truth) == Template(texts[c.pred]) {
			right++
		}
	}
	precision, recall := ratio(right, float64(len(t.pred))), ratio(right, float64(len(t.truth)))
	if precision+recall == 0 {
		return 0
	}
	return 2 * precision * recall / (precision + recall)
}
