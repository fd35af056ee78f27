// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/internal/pgtest"
	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/knowledge"
)

// A reader that comes late to a server which took over is told what was saved there,
// although the one before had used up the numbers of these transactions.
func TestAfterAFailoverAllIsReadAgain(t *testing.T) {
	first := pgtest.Start(t)
	dsn := first.Database(t)
	open(t, Options{DSN: dsn}) // with tables
	second := first.Standby(t)
	s := open(t, Options{DSN: first.Either(second, dsn)})
	second.WaitFor(t, first)
	second.Cut(t)
	first.SQL(t, "postgres", "DO 'BEGIN FOR i IN 1..200 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END'")
	_, before, err := s.Load(t.Context(), nil)
	require.NoError(t, err)
	news, err := s.News(t.Context(), "reader", before)
	require.NoError(t, err)
	require.False(t, news)

	first.Kill(t)
	second.Promote(t)
	require.Eventually(t, func() bool { // the connections that died are thrown away
		_, err := s.Save(t.Context(), Writer{ID: "w", Number: 1}, []knowledge.Change{{Partition: "shop", Rows: *rowsOf(everything...)}}, 5)
		return err == nil
	}, time.Minute, 10*time.Millisecond)
	news, err = s.News(t.Context(), "reader", before)
	require.NoError(t, err)
	require.True(t, news)
	changed, err := s.Changes(t.Context(), "reader", before)
	require.NoError(t, err)
	require.True(t, changed.Lost)
}
