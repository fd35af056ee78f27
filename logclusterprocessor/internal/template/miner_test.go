// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"
)

var masker = func() *mask.Masker {
	m, err := mask.New(mask.Options{})
	if err != nil {
		panic(err)
	}
	return m
}()

// feed streams one line and returns what Learn said, if it was asked.
func feed(m *Miner[int], line *mask.Line, text string, t int64) (*Entry[int], Outcome[int]) {
	masker.Mask(text, line)
	if e := m.Match(line.Shape, line.Check); e != nil {
		e.Seen(1, t)
		return e, Outcome[int]{Entry: e}
	}
	out := m.Learn(line, t)
	out.Entry.Seen(1, t)
	return out.Entry, out
}

// people and verbs make lines in which names vary and states do not.
func madeLines(n int, seed uint64) []string {
	r := rand.New(rand.NewPCG(seed, 7))
	name := func() string {
		b := make([]byte, 4+r.IntN(4))
		for i := range b {
			b[i] = "abcdefghijklmnopqrstuvwxyz"[r.IntN(26)]
		}
		return string(b)
	}
	names := make([]string, 60)
	for i := range names {
		names[i] = name()
	}
	pick := func() string { return names[min(r.IntN(60), r.IntN(60))] }
	lines := make([]string, n)
	for i := range lines {
		switch r.IntN(8) {
		case 0:
			lines[i] = fmt.Sprintf("session opened for user %s by pid %d", pick(), r.IntN(1000))
		case 1:
			lines[i] = fmt.Sprintf("session closed for user %s by pid %d", pick(), r.IntN(1000))
		case 2:
			lines[i] = fmt.Sprintf("user %s logged in on host %s after %d ms", pick(), pick(), r.IntN(100))
		case 3:
			lines[i] = fmt.Sprintf("disk %d is %s", r.IntN(9), []string{"full", "failing", "healthy"}[r.IntN(3)])
		case 4:
			lines[i] = fmt.Sprintf("copying %s into the archive", pick())
		case 5:
			lines[i] = fmt.Sprintf("table '%s' has %d rows", pick(), r.IntN(1e6))
		case 6:
			lines[i] = fmt.Sprintf("cache miss %d", r.IntN(100))
		case 7:
			lines[i] = "checkpoint complete"
		}
	}
	return lines
}

func TestTemplatesReadAsAPersonWouldWriteThem(t *testing.T) {
	m := New[int](Limits{})
	var line mask.Line
	texts := map[string]int{}
	entries := []*Entry[int]{}
	for i, l := range madeLines(4000, 1) {
		e, _ := feed(m, &line, l, int64(i))
		entries = append(entries, e)
	}
	for _, e := range entries {
		texts[e.Template().Text()]++
	}
	for _, want := range []string{
		"session opened for user <*> by pid <num>",
		"session closed for user <*> by pid <num>",
		"user <*> logged in on host <*> after <num>",
		"disk <num> is full", "disk <num> is failing", "disk <num> is healthy",
		"copying <*> into the archive",
		"table '<*>' has <num> rows",
		"cache miss <num>", "checkpoint complete",
	} {
		require.Contains(t, texts, want)
	}
	require.Len(t, texts, 10, "%v", texts)
}

func TestWords(t *testing.T) {
	m := New[int](Limits{})
	var line mask.Line
	e, out := feed(m, &line, "Failed to open blk_77: /var/x.db is read-only (code=5)", 1)
	require.True(t, out.Created)
	require.Equal(t, []string{"Failed", "to", "open", "blk_", "is", "read-only", "code"}, e.Template().Words())
	require.Equal(t, "Failed to open blk_<num>: <path> is read-only (code=<num>)", e.Template().Text())
}

func TestRootIsTheOldestThenTheSmallest(t *testing.T) {
	var line mask.Line
	names := []string{"anna", "bert", "carl", "dora", "emil"}
	for _, birth := range [][]int64{{1, 2, 3, 4, 5}, {5, 4, 3, 2, 1}, {7, 7, 7, 7, 7}, {3, 1, 2, 1, 9}} {
		m := New[int](Limits{})
		want, oldest := uint64(0), int64(100)
		var last *Entry[int]
		for i, n := range names {
			last, _ = feed(m, &line, "no such user "+n, birth[i])
			if birth[i] < oldest || birth[i] == oldest && line.Shape < want {
				want, oldest = line.Shape, birth[i]
			}
		}
		require.Equal(t, 1, m.Len())
		require.Equal(t, want, last.Template().ID(), "births %v", birth)
		require.Equal(t, oldest, last.Template().Birth())
	}
}

// A merge must reach templates that were handed out before.
func TestAbsorbedTemplatesLeadToTheRoot(t *testing.T) {
	m := New[int](Limits{})
	var line mask.Line
	var seen []*Template[int]
	for i, n := range []string{"anna", "bert", "carl", "dora"} {
		_, out := feed(m, &line, "unknown user "+n, int64(i))
		seen = append(seen, out.Template)
		if i == 2 {
			require.Len(t, out.Absorbed, 2)
			require.False(t, out.Created)
		}
	}
	for _, tm := range seen {
		require.Equal(t, seen[0].ID(), tm.Root().ID())
	}
	require.Equal(t, "unknown user <*>", seen[1].Root().Text())
}

type answer struct {
	id, public uint64
	text       string
}

func answers(m *Miner[int], lines []string, first int) []answer {
	var line mask.Line
	var got []answer
	for i, l := range lines {
		e, _ := feed(m, &line, l, int64(first+i))
		got = append(got, answer{e.Template().ID(), e.Template().PublicID(), e.Template().Text()})
	}
	return got
}

func TestRestartAnywhereGivesTheSameAnswers(t *testing.T) {
	lines := madeLines(1500, 2)
	want := answers(New[int](Limits{}), lines, 0)
	for stop := 0; stop < len(lines); stop += 97 {
		before := New[int](Limits{})
		got := answers(before, lines[:stop], 0)
		after := New[int](Limits{})
		after.Restore(before.Records())
		require.Equal(t, before.Records(), after.Records(), "stopped at %d", stop)
		got = append(got, answers(after, lines[stop:], stop)...)
		require.Equal(t, want, got, "stopped at %d", stop)
	}
}

func TestStateIsTheFoldOfOutcomes(t *testing.T) {
	live := New[int](Limits{})
	var line mask.Line
	var journal []Record
	for i, l := range madeLines(1500, 3) {
		_, out := feed(live, &line, l, int64(i))
		journal = append(journal, out.Records...)
	}
	stored := New[int](Limits{})
	stored.Restore(journal)
	require.Equal(t, withoutCounts(live.Records()), withoutCounts(stored.Records()))
}

func withoutCounts(records []Record) []Record {
	for i := range records {
		records[i].Count, records[i].Last = 0, 0
	}
	return records
}

// partition is what records mean: which template each shape belongs to.
func partition(m *Miner[int]) map[uint64]uint64 {
	p := map[uint64]uint64{}
	for _, r := range m.Records() {
		if r.Slots == 0 {
			p[r.Shape] = r.Parent
		}
	}
	return p
}

func TestReplicasMergeInAnyOrder(t *testing.T) {
	lines := madeLines(3000, 4)
	var parts [][]Record
	for k := range 3 {
		m := New[int](Limits{})
		answers(m, lines[k*1000:(k+1)*1000], k*1000)
		parts = append(parts, m.Records())
	}
	var want map[uint64]uint64
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 0, 2}, {1, 2, 0, 1}} {
		m := New[int](Limits{})
		for _, k := range order {
			m.Restore(parts[k])
		}
		if want == nil {
			want = partition(m)
		}
		require.Equal(t, want, partition(m), "order %v", order)
	}
	// One log of everything, shuffled.
	log := slices.Concat(parts...)
	r := rand.New(rand.NewPCG(5, 5))
	r.Shuffle(len(log), func(i, j int) { log[i], log[j] = log[j], log[i] })
	m := New[int](Limits{})
	m.Restore(log)
	require.Equal(t, want, partition(m))
}

func TestShufflesAgree(t *testing.T) {
	lines := madeLines(4000, 6)
	id := func(lines []string) map[string]uint64 {
		m := New[int](Limits{})
		var line mask.Line
		for _, l := range lines {
			feed(m, &line, l, 0) // one event time: the smallest hash is the root
		}
		ids := map[string]uint64{}
		for _, l := range lines {
			e, _ := feed(m, &line, l, 0)
			ids[l] = e.Template().ID()
		}
		return ids
	}
	want := id(lines)
	for seed := range uint64(5) {
		r := rand.New(rand.NewPCG(seed, 1))
		shuffled := slices.Clone(lines)
		r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		require.Equal(t, want, id(shuffled))
	}
}

// After evictions too, what is left is what its records say.
func TestRestoreAfterEvictions(t *testing.T) {
	m := New[int](Limits{Templates: 40, Shapes: 60})
	var line mask.Line
	for i, l := range madeLines(3000, 11) {
		feed(m, &line, l, int64(i))
		feed(m, &line, "once "+letters(i*7919)+" only "+letters(i), int64(i))
	}
	require.NotZero(t, m.Evictions().Templates)
	require.NotZero(t, m.Evictions().Shapes)
	after := New[int](Limits{Templates: 40, Shapes: 60})
	out := after.Restore(m.Records())
	require.Empty(t, out.Evicted)
	require.Equal(t, m.Records(), after.Records())
	require.Equal(t, m.Len(), after.Len())
	require.Equal(t, m.Bytes(), after.Bytes())
}

// Records may come from anywhere: nonsense must do no harm.
func TestRestoreOfNonsense(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	texts := []string{"", "a", "\x01", "\x01a\x02b", "\x05\x07<num>", "\x07\x07", "\x01user\x02x\x06\x07<*>", "\xff\xfe"}
	for range 2000 {
		m := New[int](Limits{Templates: 5, Shapes: 9, Contexts: 30})
		records := make([]Record, r.IntN(40))
		for i := range records {
			records[i] = Record{
				Shape: r.Uint64N(12), Parent: r.Uint64N(12), Birth: r.Int64N(9), Last: r.Int64N(9), Count: r.Int64N(9),
				Seq: r.Uint64N(50), Text: texts[r.IntN(len(texts))], Slots: uint8(max(0, r.IntN(5)-2)),
			}
		}
		m.Restore(records)
		answers(m, madeLines(20, r.Uint64()), 0)
		for _, rec := range m.Records() {
			if rec.Slots == 0 {
				e := m.Lookup(rec.Shape)
				require.NotNil(t, e)
				require.Equal(t, rec.Parent, e.Template().ID())
				_ = e.Template().Text()
			}
		}
		require.LessOrEqual(t, m.Shapes(), 9)
	}
}

func TestReadersBesideLearners(t *testing.T) {
	m := New[int](Limits{Templates: 200, Shapes: 400})
	lines := madeLines(3000, 8)
	for i := range 2000 {
		lines = append(lines, "unique "+strconv.FormatInt(int64(i), 26)+"x words "+letters(i)+" here")
	}
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			var line mask.Line
			for i := range lines {
				e, _ := feed(m, &line, lines[(i+g*500)%len(lines)], int64(i))
				tm := e.Template()
				_, _ = tm.Text(), tm.ID()
				n := i
				tm.Payload.Store(&n)
			}
		})
	}
	wg.Wait()
	require.LessOrEqual(t, m.Len(), 200)
	require.LessOrEqual(t, m.Shapes(), 400)
}

func letters(i int) string {
	b := []byte{}
	for ; i > 0 || len(b) == 0; i /= 26 {
		b = append(b, byte('a'+i%26))
	}
	return "w" + string(b)
}

// Endless lines that are all different must neither grow the memory nor drive
// out the templates that keep coming back.
func TestUniqueLinesKeepMemoryFlat(t *testing.T) {
	n := 1_000_000
	if testing.Short() {
		n = 100_000
	}
	limits := Limits{Templates: 2000, Shapes: 8000, Contexts: 40_000, Bytes: 16 << 20}
	m := New[int](limits)
	good := madeLines(300, 9)
	var line mask.Line
	heap := func() uint64 {
		runtime.GC()
		var s runtime.MemStats
		runtime.ReadMemStats(&s)
		return s.HeapAlloc
	}
	base := heap()
	var early uint64
	known := map[uint64]bool{}
	for i := range n {
		w := letters(i * 7919)
		feed(m, &line, strings.Join([]string{w, "alpha", letters(i), "beta", w, "gamma", letters(i / 3)}, " "), int64(i))
		if i%10 == 0 {
			e, _ := feed(m, &line, good[(i/10)%len(good)], int64(i))
			if i > n/2 {
				known[e.Template().ID()] = true
			}
		}
		if i == n/4 {
			early = heap() - base
		}
	}
	late := heap() - base
	t.Logf("heap %d KiB at a quarter, %d KiB at the end, estimated %d KiB; %+v", early>>10, late>>10, m.Bytes()>>10, m.Evictions())
	require.LessOrEqual(t, m.Bytes(), limits.Bytes)
	require.LessOrEqual(t, late, early+early/4+1<<20)
	require.LessOrEqual(t, late, uint64(3*limits.Bytes/2), "the estimate is too low")
	require.LessOrEqual(t, m.Len(), limits.Templates)
	require.LessOrEqual(t, len(known), 16, "templates that keep coming back must keep their IDs")
	runtime.KeepAlive(m)
}
