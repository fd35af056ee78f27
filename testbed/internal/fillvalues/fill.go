// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package fillvalues draws values for the placeholders of statements of logs:
// «ip», «user» and so on. Vocabularies and shapes are those of fill.py beside the
// data; the random sequence differs.
package fillvalues

import (
	"fmt"
	"math/rand/v2"
	"regexp"
)

// Value is one value that was drawn for a placeholder.
type Value struct{ Kind, Text string }

var placeholder = regexp.MustCompile(`«(\w+)»`)

// Fill draws a value for each placeholder of the text, and also returns what it
// drew. A placeholder of an unknown kind is an error of the data, so it panics.
func Fill(r *rand.Rand, text string) (string, []Value) {
	var used []Value
	filled := placeholder.ReplaceAllStringFunc(text, func(m string) string {
		kind := placeholder.FindStringSubmatch(m)[1]
		draw, ok := kinds[kind]
		if !ok {
			panic(fmt.Sprintf("fillvalues: unknown placeholder %s in %q", m, text))
		}
		v := draw(r)
		used = append(used, Value{kind, v})
		return v
	})
	return filled, used
}

// Constant is the text without its placeholders.
func Constant(text string) string { return placeholder.ReplaceAllString(text, "") }
