// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"
)

// TestTwoLinesOfOneTemplate feeds pairs of lines that differ in more than a word.
// One template or two is decided at the second line, in either order.
func TestTwoLinesOfOneTemplate(t *testing.T) {
	const two = ""
	for _, c := range []struct{ name, a, b, want string }{
		{
			"a number and a name",
			"no rows were read of the file orders_17 in time", "no rows were read of the file invoices in time",
			"no rows were read of the file <*> in time",
		},
		{
			"values in several places",
			"cannot write to line_items because the table 7 is gone", "cannot write to 12 because the table notes is gone",
			"cannot write to <*> because the table <*> is gone",
		},
		{
			"one word and several",
			"the condition total_2 is no boolean and was refused", "the condition CAST(total AS text) is no boolean and was refused",
			"the condition <*> is no boolean and was refused",
		},
		{
			"expressions, among many words",
			"the where clause of the statement has lower(name) which cannot be used in such a place",
			"the where clause of the statement has (price + 3) which cannot be used in such a place",
			"the where clause of the statement has <*> which cannot be used in such a place",
		},
		{"expressions, among few words", "the clause has lower(name) twice", "the clause has (price + 3) twice", two},
		{"plain words", "an error came while reading file 7 of the set", "an error came while writing file 7 of the set", two},
		{"states", "the link of node 7 to the switch is 17", "the link of node 7 to the switch is down", two},
		{"capitals", "the node 7 went over to the state LEADING", "the node 7 went over to the state 12", two},
		{"one more part", "access was denied for user a_b to read 7", "access was denied for user a_b to read 7 from host 9", two},
		{"one more key", "authentication of the client failed uid=0 tty=1", "authentication of the client failed uid=0 tty=1 user=7", two},
		{"few words", "got a_b", "got 17", two},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, lines := range [][]string{{c.a, c.b}, {c.b, c.a}} {
				m := New[int](Limits{})
				var line mask.Line
				feed(m, &line, lines[0], 1)
				e, _ := feed(m, &line, lines[1], 2)
				if c.want == two {
					require.Equal(t, 2, m.Len(), "templates; the second is %q", e.Template().Text())
					continue
				}
				require.Equal(t, 1, m.Len(), "templates; the second is %q", e.Template().Text())
				require.Equal(t, c.want, e.Template().Text())
			}
		})
	}
}

// TestIndexForgets drops every template and expects the indices to be empty.
func TestIndexForgets(t *testing.T) {
	m := New[int](Limits{})
	var line mask.Line
	for i, text := range madeLines(3000, 3) {
		feed(m, &line, text, int64(i))
	}
	require.NotEmpty(t, m.kin)
	m.mu.Lock()
	defer m.mu.Unlock()
	for t := m.victim(); t != nil; t = m.victim() {
		m.drop(t)
	}
	require.Empty(t, m.kin)
	require.Empty(t, m.contexts)
	require.Empty(t, m.forms)
	require.Empty(t, m.generals)
}
