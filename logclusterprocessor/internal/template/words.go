// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package template

import "github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"

// Words returns the constant words of a masked line, as Record.Text has it.
func Words(text string) []string {
	var words []string
	for _, u := range mask.Decode(text, nil) {
		if u.Kind != mask.Punct && u.Const != "" {
			words = append(words, u.Const)
		}
	}
	return words
}
