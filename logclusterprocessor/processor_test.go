// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package logclusterprocessor

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/metadata"
)

func TestSmoke(t *testing.T) {
	sink := new(consumertest.LogsSink)
	cfg := createDefaultConfig()
	p, err := NewFactory().CreateLogs(context.Background(), processortest.NewNopSettings(metadata.Type), cfg, sink)
	require.NoError(t, err)
	require.NoError(t, p.Start(context.Background(), componenttest.NewNopHost()))
	lines := []string{
		"Table not found: orders", "Table not found: users", "Table not found: sales.customers",
		"invoices: no such table exists", "carts: no such table exists", "hr.payments: no such table exists",
		"Column not found: price", "Column not found: qty",
		"connection refused to 10.0.0.1:5432", "",
	}
	for round := range 4 {
		ld := plog.NewLogs()
		sl := ld.ResourceLogs().AppendEmpty().ScopeLogs().AppendEmpty()
		for i, l := range lines {
			lr := sl.LogRecords().AppendEmpty()
			lr.Body().SetStr(l)
			lr.SetTimestamp(pcommon.Timestamp(int64(round*10+i%10) * int64(time.Second)))
		}
		require.NoError(t, p.ConsumeLogs(context.Background(), ld))
		for i := range lines {
			fmt.Println(sl.LogRecords().At(i).Body().Str(), sl.LogRecords().At(i).Attributes().AsRaw())
		}
	}
	require.NoError(t, p.Shutdown(context.Background()))
}
