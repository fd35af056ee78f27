// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package checkpoint

import (
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
)

func openFiles(t testing.TB, dir string) *Files {
	f := NewFiles(dir, component.KindProcessor, component.MustNewIDWithName("test", "a/b"), 1)
	require.NoError(t, f.Open())
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// loadFiles returns what another process would find.
func loadFiles(dir string) (origin Origin, got [][]byte, err error) {
	f := NewFiles(dir, component.KindProcessor, component.MustNewIDWithName("test", "a/b"), 1)
	origin, err = f.Load(collect(&got))
	return origin, got, err
}

func collect(got *[][]byte) Restore {
	return func(_ uint16, chunks iter.Seq2[[]byte, error]) error {
		*got = nil
		for b, err := range chunks {
			if err != nil {
				return err
			}
			*got = append(*got, slices.Clone(b))
		}
		return nil
	}
}

func TestFilesSaveAndLoad(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "if need be")
	f := openFiles(t, dir)
	origin, err := f.Load(collect(new([][]byte)))
	require.NoError(t, err)
	require.Equal(t, Nothing, origin)
	for i, n := range []int{3, 7, 0, 2} {
		require.NoError(t, f.Save(t.Context(), state(fmt.Sprint(i), n)))
		origin, got, err := loadFiles(dir)
		require.NoError(t, err)
		require.Equal(t, Latest, origin)
		require.Equal(t, slices.Collect(state(fmt.Sprint(i), n)), got)
	}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 3, "two snapshots and a lock")
	for _, e := range entries {
		info, err := e.Info()
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), e.Name())
	}
}

// Whatever happens to any byte or length of the youngest file, the one before it is
// restored, and the next save does not put the damaged one in its place.
func TestDamagedFiles(t *testing.T) {
	dir := t.TempDir()
	f := openFiles(t, dir)
	require.NoError(t, f.Save(t.Context(), state("old", 4)))
	require.NoError(t, f.Save(t.Context(), state("new", 3)))
	latest := f.path(latestSuffix)
	whole, err := os.ReadFile(latest)
	require.NoError(t, err)
	previous, err := os.ReadFile(f.path(previousSuffix))
	require.NoError(t, err)
	damage := func(what string, b []byte) {
		require.NoError(t, os.WriteFile(latest, b, 0o600))
		origin, got, err := loadFiles(dir)
		require.Equal(t, Previous, origin, what)
		require.ErrorContains(t, err, latest, "it says which file")
		require.ErrorContains(t, err, damagedSuffix, "and where it is kept")
		require.Equal(t, slices.Collect(state("old", 4)), got, what)
	}
	for i := range whole {
		b := slices.Clone(whole)
		b[i] ^= 0x10
		damage(fmt.Sprint("byte ", i), b)
		damage(fmt.Sprint("cut at ", i), whole[:i])
	}
	damage("zeroed", make([]byte, len(whole)))
	damage("longer", append(slices.Clone(whole), 0))

	again := NewFiles(dir, component.KindProcessor, component.MustNewIDWithName("test", "a/b"), 1)
	require.NoError(t, f.Close())
	require.NoError(t, again.Open())
	_, err = again.Load(collect(new([][]byte)))
	require.NoError(t, err, "the damaged one was put aside before")
	require.NoError(t, again.Save(t.Context(), state("next", 1)))
	kept, err := os.ReadFile(f.path(previousSuffix))
	require.NoError(t, err)
	require.Equal(t, previous, kept)
	require.NoError(t, again.Close())

	require.NoError(t, os.WriteFile(latest, nil, 0o600))
	require.NoError(t, os.WriteFile(f.path(previousSuffix), []byte("nonsense"), 0o600))
	origin, _, err := loadFiles(dir)
	require.Equal(t, Lost, origin)
	require.Error(t, err)
}

// A save that fails at any point leaves what was there.
func TestCutOffFiles(t *testing.T) {
	dir := t.TempDir()
	f := openFiles(t, dir)
	require.NoError(t, f.Save(t.Context(), state("good", 3)))
	require.NoError(t, os.Mkdir(f.path(partSuffix), 0o700)) // nothing can be written there
	require.Error(t, f.Save(t.Context(), state("cut", 3)))
	origin, got, err := loadFiles(dir)
	require.NoError(t, err)
	require.Equal(t, Latest, origin)
	require.Equal(t, slices.Collect(state("good", 3)), got)

	require.NoError(t, os.RemoveAll(f.path(partSuffix)))
	require.NoError(t, os.WriteFile(f.path(partSuffix), []byte("half a snapshot of a process that was killed"), 0o600))
	require.NoError(t, f.Save(t.Context(), state("next", 3)))

	require.NoError(t, os.Rename(f.path(latestSuffix), f.path(previousSuffix))) // killed between the two renames
	origin, got, err = loadFiles(dir)
	require.NoError(t, err)
	require.Equal(t, Previous, origin)
	require.Equal(t, slices.Collect(state("next", 3)), got)
}

func TestLockedFiles(t *testing.T) {
	dir := t.TempDir()
	f := openFiles(t, dir)
	other := NewFiles(dir, component.KindProcessor, component.MustNewIDWithName("test", "a/b"), 1)
	err := other.Open()
	require.ErrorIs(t, err, ErrLocked)
	require.ErrorContains(t, err, fmt.Sprint("process ", os.Getpid()))
	require.Equal(t, "locked", FaultOf(err))
	require.NoError(t, NewFiles(dir, component.KindConnector, component.MustNewIDWithName("test", "a/b"), 1).Open(), "another component's")
	require.NoError(t, f.Close())
	require.NoError(t, other.Open())
	require.NoError(t, other.Close())
}

func TestDeletedFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	f := openFiles(t, dir)
	require.NoError(t, f.Save(t.Context(), state("a", 3)))
	for what, remove := range map[string]func() error{
		"directory": func() error { return os.RemoveAll(dir) },
		"snapshot":  func() error { return os.Remove(f.path(latestSuffix)) },
		"lock":      func() error { return os.Remove(f.path(lockSuffix)) },
	} {
		require.NoError(t, remove())
		require.ErrorIs(t, f.Save(t.Context(), state("b", 3)), ErrDeleted, what)
		require.NoError(t, f.Save(t.Context(), state("c", 3)), what)
		_, got, err := loadFiles(dir)
		require.NoError(t, err)
		require.Equal(t, slices.Collect(state("c", 3)), got, what)
		require.ErrorIs(t, NewFiles(dir, component.KindProcessor, component.MustNewIDWithName("test", "a/b"), 1).Open(), ErrLocked, what)
	}
}

func TestFileNames(t *testing.T) {
	seen := map[string]bool{}
	for _, id := range []string{"a", "a/b", "a/b.c", "a/..", "a/b%20c", "a/ü", "a/con-1"} {
		parsed := component.ID{}
		require.NoError(t, parsed.UnmarshalText([]byte(id)))
		path := NewFiles("dir", component.KindProcessor, parsed, 1).path(latestSuffix)
		require.Equal(t, "dir", filepath.Dir(path), id)
		require.False(t, seen[strings.ToLower(path)], id)
		seen[strings.ToLower(path)] = true
	}
}

// Whatever a file holds, it is restored or it is not, and nothing panics.
func FuzzFiles(f *testing.F) {
	valid := appendManifest(appendChunk(appendChunk(nil, 1, 0, []byte("one")), 1, 1, []byte("two")), 1, 1, 2)
	f.Add(valid)
	f.Add(valid[:30])
	f.Add(appendManifest(nil, 1, 1, 1<<30))
	f.Fuzz(func(t *testing.T, b []byte) {
		dir := t.TempDir()
		files := NewFiles(dir, component.KindProcessor, component.MustNewID("test"), 1)
		require.NoError(t, os.WriteFile(files.path(latestSuffix), b, 0o600))
		_, _ = files.Load(collect(new([][]byte)))
	})
}
