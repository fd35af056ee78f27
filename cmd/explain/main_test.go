// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestExplain(t *testing.T) {
	var b strings.Builder
	require.NoError(t, explain(&b, []string{
		`{"level":"error","msg":"connection opened to 10.0.0.1:80"}`, "connection closed to 10.0.0.1:80", "opened a connection to 10.0.0.2:80",
	}))
	require.Equal(t, `line       {"level":"error","msg":"connection opened to 10.0.0.1:80"}
  level    error
message    connection opened to 10.0.0.1:80
template   connection opened to <ip>
statement  connect open

line       connection closed to 10.0.0.1:80
message    connection closed to 10.0.0.1:80
template   connection closed to <ip>
statement  close connect

two clusters:
  word "open" is only in the first
  word "close" is only in the other

line       opened a connection to 10.0.0.2:80
message    opened a connection to 10.0.0.2:80
template   opened a connection to <ip>
statement  connect open

one cluster: it says the same as the first

`, b.String())
}
