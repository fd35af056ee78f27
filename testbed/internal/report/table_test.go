// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTable(t *testing.T) {
	table := Table{Title: "Title", Head: []string{"set", "n", "ns"}}
	table.Row("größer", 12, 0.5)
	table.Row("x", 3, "–")

	var text, markdown strings.Builder
	table.Write(&text, false)
	table.Write(&markdown, true)
	require.Equal(t, `Title

set      n     ns
------  --  -----
größer  12  0.500
x        3      –

`, text.String())
	require.Equal(t, `Title

| set    |  n |    ns |
| ------ | -: | ----: |
| größer | 12 | 0.500 |
| x      |  3 |     – |

`, markdown.String())
}
