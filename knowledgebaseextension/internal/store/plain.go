// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"

import (
	"regexp"
	"strings"
	"unicode"
)

// escapes are the control sequences of terminals (ECMA-48): CSI, OSC and the like with
// their arguments, and others of two characters.
var escapes = regexp.MustCompile("(?:\x1b\\[|\u009b)[0-?]*[ -/]*[@-~]?|(?:\x1b[\\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\x07\x1b\u009c]*(?:\x07|\x1b\\\\|\u009c)?|\x1b[ -/]*[0-~]?")

// plain is a text without what acts on the terminal of whoever reads it, and without
// what shows it in another order than it is written in ("Trojan Source", Boucher and
// Anderson, 2021).
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r), '\u202a' <= r && r <= '\u202e', '\u2066' <= r && r <= '\u2069':
			return -1
		default:
			return r
		}
	}, escapes.ReplaceAllString(clean(text), ""))
}
