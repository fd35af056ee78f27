// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"strings"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"
)

// Text writes a masked line, as Record.Text has it, for people.
func Text(encoded string) string {
	var b strings.Builder
	for i, u := range mask.Decode(encoded, nil) {
		if u.Space && i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(u.Const)
		b.WriteString(u.Placeholder)
	}
	return b.String()
}
