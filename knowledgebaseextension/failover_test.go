// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package knowledgebaseextension

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/internal/pgtest"
)

// A server dies and its standby takes over, without what was committed last: what is
// missing there is offered again, and collectors go on telling each other what they
// learn, although the new server has numbered fewer transactions than the old one.
func TestFailover(t *testing.T) {
	t.Parallel()
	first := pgtest.Start(t)
	dsn := first.Database(t)
	second := first.Standby(t)
	dsn = first.Either(second, dsn)
	a, b := start(t, onPostgres(dsn)), start(t, onPostgres(dsn))
	defer a.stop(t)
	defer b.stop(t)
	a.sendAll(t, stream(1, some))
	a.holds(t, some)
	second.WaitFor(t, first)
	second.Cut(t)

	tail := line{time.Hour, "disk full on /dev/sda1"}
	lost := a.send(t, tail)[0]
	a.holds(t, some+1)
	first.SQL(t, "postgres", "DO 'BEGIN FOR i IN 1..2000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END'")
	first.SQL(t, "test1", fmt.Sprintf("INSERT INTO solutions (cluster, text) VALUES ('%s', 'Ask bob.')", lost["log.cluster.id"]))
	require.Eventually(t, func() bool { return b.send(t, tail)[0]["log.cluster.solution"] == "Ask bob." }, time.Minute, 50*time.Millisecond)
	first.Kill(t)
	a.sendAll(t, stream(2, some))
	second.Promote(t)
	require.Equal(t, lost["log.template.id"], a.send(t, tail)[0]["log.template.id"])

	// What one learns now the other is told.
	var group []line
	for _, name := range strings.Fields("ann bob cy dan eve fay hal") {
		group = append(group, line{2 * time.Hour, "session opened for group " + name})
	}
	a.send(t, group...)
	want := a.send(t, group...)[0]["log.template.id"]
	others := 0
	require.Eventually(t, func() bool {
		others++
		return b.send(t, line{3 * time.Hour, "session opened for group g" + strings.Repeat("u", others) + "s"})[0]["log.template.id"] == want
	}, 20*time.Second, 500*time.Millisecond, "b is not told")
	c := b.send(t, line{2 * time.Hour, "certificate of mail.example.com expires soon"})[0]["log.cluster.id"]
	require.Eventually(t, func() bool {
		return second.SQL(t, "test1", fmt.Sprintf("SELECT count(*) FROM clusters WHERE id IN ('%s', '%s')", lost["log.cluster.id"], c)) == "2"
	}, time.Minute, 50*time.Millisecond)
	second.SQL(t, "test1", fmt.Sprintf("INSERT INTO solutions (cluster, text) VALUES ('%s', 'Ask ann.')", lost["log.cluster.id"]))
	for _, c := range []*collector{a, b} {
		require.Eventually(t, func() bool { return c.send(t, tail)[0]["log.cluster.solution"] == "Ask ann." }, time.Minute, 50*time.Millisecond)
	}
}
