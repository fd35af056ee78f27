// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package knowledge

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func FuzzStatementOf(f *testing.F) {
	f.Add("shop", uint64(0))
	f.Add("", uint64(1<<63+1))
	f.Fuzz(func(t *testing.T, partition string, statement uint64) {
		require.Equal(t, statement, StatementOf(partition, ClusterOf(partition, statement)))
	})
}
