// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package knowledge

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/internal/linetest"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/program"
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

// victim is a collector on a SQLite file that is killed in a phase of its life.
type victim struct {
	*collector
	file string
	r    *rand.Rand
	// How long an undisturbed start and stop take.
	starts, stops time.Duration
}

// newVictim returns one that is not started yet.
func newVictim(t *testing.T, r *rand.Rand, file string) *victim {
	return &victim{collector: newCollector(t, fmt.Sprintf("file: %q", file)), file: file, r: r}
}

// measure takes the time of an undisturbed start and stop, and starts again.
func (v *victim) measure(t *testing.T) {
	began := time.Now()
	v.start(t)
	v.starts = time.Since(began)
	time.Sleep(200 * time.Millisecond) // until it listens to signals
	began = time.Now()
	v.Stop(t)
	v.stops = time.Since(began)
	v.start(t)
}

// before returns a moment within a time.
func (v *victim) before(d time.Duration) time.Duration { return time.Duration(v.r.Int64N(int64(d))) }

// phases are when a collector that runs is killed.
var phases = []struct {
	name string
	kill func(t *testing.T, v *victim)
}{
	{"running", func(_ *testing.T, v *victim) {
		time.Sleep(v.before(1500 * time.Millisecond))
		v.Kill()
	}},
	{"saving", func(t *testing.T, v *victim) {
		v.WaitForWrite(t, filepath.Dir(v.file)) // what was sent, within a second
		time.Sleep(v.before(10 * time.Millisecond))
		v.Kill()
	}},
	{"stopping", func(t *testing.T, v *victim) {
		v.Signal(t, syscall.SIGTERM)
		time.Sleep(v.before(v.stops))
		v.Kill()
	}},
	{"starting", func(t *testing.T, v *victim) {
		v.Kill()
		for range 3 {
			v.launch(t)
			time.Sleep(v.before(v.starts))
			v.Kill()
		}
	}},
}

// A collector that is killed again and again, in whatever phase, gives the IDs that
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
	made := rand.New(rand.NewPCG(4, 2))
	lines := madeLines(made, n*perRound, begin)
	// The last of each round is like no other, so that one sees when it is saved.
	marks := make([]string, n)
	for i := range marks {
		marks[i] = linetest.Word(made)
		lines[(i+1)*perRound-1].body = strings.Join([]string{marks[i], linetest.Word(made), linetest.Word(made), linetest.Word(made)}, " ")
	}

	spared := startCollector(t, fmt.Sprintf("file: %q", filepath.Join(t.TempDir(), "kb.db")))
	killed := newVictim(t, r, filepath.Join(t.TempDir(), "kb.db"))
	killed.measure(t)
	for round := range n {
		part := lines[round*perRound : (round+1)*perRound]
		spared.send(t, part)
		killed.send(t, part)
		phases[round%len(phases)].kill(t, killed)
		killed.start(t)
		killed.send(t, part)
		killed.waitForSaved(t, marks[round])
		requireWhole(t, killed.Output(), phases[round%len(phases)].name)
	}
	requireSameIDs(t, spared, killed.collector, lines, begin.Add(time.Duration(n*perRound)*30*time.Millisecond))
	spared.Stop(t)
	killed.Stop(t)
}

// waitForSaved waits until the base has a template with a word, and with it all that came
// before: a pass is one transaction.
func (c *collector) waitForSaved(t *testing.T, word string) {
	t.Helper()
	require.Eventually(t, func() bool {
		response, err := http.Get("http://" + c.api + "/api/v1/clusters?q=" + word)
		if err != nil {
			return false
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		return err == nil && bytes.Contains(body, []byte(word+" "))
	}, time.Minute, 50*time.Millisecond, "%s was never saved\n%s", word, c.Output())
}

// requireWhole requires that a collector found nothing damaged.
func requireWhole(t *testing.T, output, phase string) {
	t.Helper()
	for _, trouble := range []string{"cannot be read", "does not take", "damaged", "malformed"} {
		require.NotContains(t, output, trouble, "after a kill while it was %s", phase)
	}
}

// requireSameIDs requires that the same lines get the same IDs once every merge is in
// force.
func requireSameIDs(t *testing.T, a, b *collector, lines []line, from time.Time) {
	t.Helper()
	const windows = 5
	for i := range windows {
		once := distinct(lines, from.Add(time.Duration(i+1)*time.Minute))
		want, got := a.identities(t, once), b.identities(t, once)
		if i == windows-1 {
			require.Equal(t, want, got)
		}
	}
}

// A collector that is killed while it brings an older base up to date finds all that
// the base had, as one does that nobody killed.
func TestSIGKILLWhileMigrating(t *testing.T) {
	old, err := os.ReadFile(filepath.Join(program.Root(t), "knowledgebaseextension", "internal", "store", "testdata", "v1.db"))
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 2))
	known := line{time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC), "Table not found: users"}
	lines := append(madeLines(rand.New(rand.NewPCG(4, 3)), 60, known.at.Add(time.Second)), known)
	fresh := func() *victim {
		v := newVictim(t, r, filepath.Join(t.TempDir(), "kb.db"))
		require.NoError(t, os.WriteFile(v.file, old, 0o600))
		return v
	}

	spared := fresh()
	spared.start(t)
	want := spared.send(t, lines)
	require.Equal(t, "Run the migration.", want[len(want)-1]["log.cluster.solution"])
	spared.Stop(t)

	early, rounds := 0, (kills(t)+3)/4
	for range rounds {
		killed := fresh()
		for range 4 {
			killed.launch(t)
			killed.WaitForWrite(t, filepath.Dir(killed.file))
			time.Sleep(killed.before(40 * time.Millisecond))
			killed.Kill()
			if !strings.Contains(killed.Output(), "Everything is ready") {
				early++
			}
			requireWhole(t, killed.Output(), "migrating")
		}
		killed.start(t)
		require.Equal(t, want, killed.send(t, lines))
		killed.Stop(t)
		requireWhole(t, killed.Output(), "migrating")
	}
	t.Logf("%d of %d kills came before it was ready", early, 4*rounds)
	require.Positive(t, early)
}
