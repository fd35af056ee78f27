// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package knowledge

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// kills is how often a collector is killed: few in everyday tests, many with
// `make kill-knowledge`.
func kills(t *testing.T) int {
	if text := os.Getenv("KILLS"); text != "" {
		n, err := strconv.Atoi(text)
		require.NoError(t, err)
		return n
	}
	return 10
}

// A collector that is killed again and again, at any moment, gives the IDs that
// one gives which nobody killed. What it learnt in the second before a kill may be
// lost with it, so what was sent since the kill before is sent again, as a sender
// does that waits for an acknowledgement; what is older never is.
func TestSIGKILL(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	begin := time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)
	n := kills(t)
	const perRound = 60
	lines := madeLines(rand.New(rand.NewPCG(4, 2)), n*perRound, begin)

	spared := startCollector(t, fmt.Sprintf("file: %q", filepath.Join(t.TempDir(), "kb.db")))
	killed := startCollector(t, fmt.Sprintf("file: %q", filepath.Join(t.TempDir(), "kb.db")))
	for round := range n {
		part := lines[round*perRound : (round+1)*perRound]
		spared.send(t, part)
		killed.send(t, part)
		time.Sleep(time.Duration(r.IntN(1500)) * time.Millisecond)
		killed.Kill()
		killed.start(t)
		killed.send(t, part)
		time.Sleep(2 * time.Second) // the write-behind interval, and then some
	}
	// Later than all windows: every merge is in force.
	for i := range 5 {
		at := begin.Add(time.Duration(n*perRound)*30*time.Millisecond + time.Duration(i+1)*time.Minute)
		once := distinct(lines, at)
		want, got := spared.identities(t, once), killed.identities(t, once)
		if i == 4 {
			require.Equal(t, want, got)
		}
	}
	spared.Stop(t)
	killed.Stop(t)
}
