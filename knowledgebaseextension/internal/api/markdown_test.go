// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRender(t *testing.T) {
	for _, c := range []struct{ text, html string }{
		{"ssh <host> and <b>look</b>", "<p>ssh &lt;host&gt; and &lt;b&gt;look&lt;/b&gt;</p>\n"},
		{"<service>\nis down", "<p>&lt;service&gt;\nis down</p>\n"},
		{"<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"},
		{"<!-- a -->", "<p>&lt;!-- a --&gt;</p>\n"},
		{"first\nsecond", "<p>first<br>\nsecond</p>\n"},
		{"- [x] done\n- [ ] `to do <n>`", "<ul>\n<li><input checked=\"\" disabled=\"\" type=\"checkbox\"> done</li>\n<li><input disabled=\"\" type=\"checkbox\"> <code>to do &lt;n&gt;</code></li>\n</ul>\n"},
	} {
		require.Equal(t, c.html, render(c.text), c.text)
	}
}
