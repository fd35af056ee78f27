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

// Through a pooler in transaction mode collectors share connections: what one prepares,
// sets, locks or listens to is not there for its next transaction. With statements that
// are not prepared they work all the same, and a change is polled for.
func TestPooler(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	dsn := server.Bounced(t, server.Database(t))
	const way = "&default_query_exec_mode=exec"
	a, b := start(t, onPostgres(dsn+way)), start(t, onPostgres(dsn+way))
	defer a.stop(t)
	defer b.stop(t)
	a.sendAll(t, stream(1, some))
	b.sendAll(t, stream(2, some))
	a.holds(t, 2*some)
	known := line{time.Hour, "disk full on /dev/sda1"}
	want := a.send(t, known)[0]
	a.holds(t, 2*some+1)
	server.SQL(t, "test1", fmt.Sprintf("INSERT INTO solutions (cluster, text) VALUES ('%s', 'Ask ann.')", want["log.cluster.id"]))
	for _, c := range []*collector{a, b} {
		require.Eventually(t, func() bool { return c.send(t, known)[0]["log.cluster.solution"] == "Ask ann." }, time.Minute, 50*time.Millisecond)
	}
	require.Equal(t, want["log.template.id"], b.send(t, known)[0]["log.template.id"])
}

func TestPoolerWithoutTheParameterSaysWhatToDo(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	dsn := server.Bounced(t, server.Database(t))
	a, b := start(t, onPostgres(dsn)), start(t, onPostgres(dsn))
	defer a.stop(t)
	defer b.stop(t)
	require.Eventually(t, func() bool {
		for _, c := range []*collector{a, b} {
			c.sendAll(t, stream(1, some))
			if strings.Contains(c.host.says(), "default_query_exec_mode=exec") {
				return true
			}
		}
		return false
	}, time.Minute, 50*time.Millisecond)
}
