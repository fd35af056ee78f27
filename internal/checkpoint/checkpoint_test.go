// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package checkpoint

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"

	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/storage/filestorage"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/extension/extensiontest"
	"go.opentelemetry.io/collector/extension/xextension/storage"
)

// open starts a real file_storage and returns a client of it.
func open(t testing.TB) storage.Client {
	factory := filestorage.NewFactory()
	cfg := factory.CreateDefaultConfig().(*filestorage.Config)
	cfg.Directory = t.TempDir()
	ext, err := factory.Create(t.Context(), extensiontest.NewNopSettings(factory.Type()), cfg)
	require.NoError(t, err)
	require.NoError(t, ext.Start(t.Context(), componenttest.NewNopHost()))
	client, err := ext.(storage.Extension).GetClient(t.Context(), component.KindProcessor, component.MustNewID("test"), "")
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, client.Close(context.Background()))
		require.NoError(t, ext.Shutdown(context.Background()))
	})
	return client
}

// state makes n chunks that say which snapshot they are of.
func state(name string, n int) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for i := range n {
			if !yield(bytes.Repeat([]byte(fmt.Sprintf("%s %d,", name, i)), 10*i)) {
				return
			}
		}
	}
}

// load returns what a fresh store finds.
func load(t testing.TB, client storage.Client, version uint16) (Origin, [][]byte, *Store) {
	s := New(client, version)
	var got [][]byte
	origin, err := s.Load(t.Context(), func(_ uint16, chunks iter.Seq2[[]byte, error]) error {
		got = nil
		for b, err := range chunks {
			if err != nil {
				return err
			}
			got = append(got, slices.Clone(b))
		}
		return nil
	})
	if origin == Latest || origin == Nothing {
		require.NoError(t, err)
	} else {
		require.Error(t, err)
	}
	return origin, got, s
}

func TestSaveAndLoad(t *testing.T) {
	client := open(t)
	origin, got, s := load(t, client, 1)
	require.Equal(t, Nothing, origin)
	require.Empty(t, got)
	for i, n := range []int{3, 7, 0, 2, 5} {
		require.NoError(t, s.Save(t.Context(), state(fmt.Sprint(i), n)))
		origin, got, s = load(t, client, 1)
		require.Equal(t, Latest, origin)
		require.Equal(t, slices.Collect(state(fmt.Sprint(i), n)), got)
	}
	for i := range uint32(7) {
		b, err := client.Get(t.Context(), chunkKey(1, i))
		require.NoError(t, err)
		require.Equal(t, i < 2, b != nil, "chunk %d of a longer snapshot is left", i)
	}
}

// Whatever happens to any one byte or length of the youngest snapshot, the one
// before it is loaded.
func TestDamage(t *testing.T) {
	client := open(t)
	_, _, s := load(t, client, 1)
	require.NoError(t, s.Save(t.Context(), state("old", 4)))
	require.NoError(t, s.Save(t.Context(), state("new", 3)))
	old, young := slices.Collect(state("old", 4)), slices.Collect(state("new", 3))
	for _, key := range []string{manifestKey(1), chunkKey(1, 0), chunkKey(1, 2)} {
		whole, err := client.Get(t.Context(), key)
		require.NoError(t, err)
		damage := func(what string, b []byte) {
			require.NoError(t, client.Set(t.Context(), key, b))
			origin, got, _ := load(t, client, 1)
			require.Equal(t, Previous, origin, "%s %s", key, what)
			require.Equal(t, old, got, "%s %s", key, what)
		}
		for i := range whole {
			b := slices.Clone(whole)
			b[i] ^= 0x10
			damage(fmt.Sprintf("byte %d changed", i), b)
			damage(fmt.Sprintf("cut at %d", i), whole[:i])
		}
		damage("longer", append(slices.Clone(whole), 0))
		require.NoError(t, client.Set(t.Context(), key, whole))
		origin, got, _ := load(t, client, 1)
		require.Equal(t, Latest, origin)
		require.Equal(t, young, got)
	}
	swapped, err := client.Get(t.Context(), chunkKey(1, 1))
	require.NoError(t, err)
	require.NoError(t, client.Set(t.Context(), chunkKey(1, 2), swapped))
	origin, _, _ := load(t, client, 1)
	require.Equal(t, Previous, origin, "a chunk in another's place")

	require.NoError(t, client.Delete(t.Context(), chunkKey(0, 1)))
	origin, _, s = load(t, client, 1)
	require.Equal(t, Lost, origin)
	require.NoError(t, s.Save(t.Context(), state("fresh", 1)))
	_, got, _ := load(t, client, 1)
	require.Equal(t, slices.Collect(state("fresh", 1)), got, "the next snapshot is the youngest")
}

func TestVersions(t *testing.T) {
	client := open(t)
	_, _, s := load(t, client, 1)
	require.NoError(t, s.Save(t.Context(), state("one", 1)))
	_, _, s = load(t, client, 2)
	require.NoError(t, s.Save(t.Context(), state("two", 1)))

	origin, got, _ := load(t, client, 2)
	require.Equal(t, Latest, origin)
	require.Equal(t, slices.Collect(state("two", 1)), got)
	origin, got, _ = load(t, client, 1)
	require.Equal(t, Previous, origin, "an older program finds the snapshot it knows")
	require.Equal(t, slices.Collect(state("one", 1)), got)
}

// failing is a client whose writes fail from some call on.
type failing struct {
	storage.Client
	left int
}

var errFull = errors.New("no space left on device")

func (f *failing) Set(ctx context.Context, key string, value []byte) error {
	if f.left--; f.left < 0 {
		return errFull
	}
	return f.Client.Set(ctx, key, value)
}

// A snapshot cut off at any write leaves the one before it, again and again.
func TestCutOffSave(t *testing.T) {
	client := open(t)
	_, _, s := load(t, client, 1)
	require.NoError(t, s.Save(t.Context(), state("good", 3)))
	for left := range 4 {
		_, _, s = load(t, &failing{client, left}, 1)
		require.ErrorIs(t, s.Save(t.Context(), state("cut", 3)), errFull)
		require.ErrorIs(t, s.Save(t.Context(), state("cut", 3)), errFull)
		_, got, _ := load(t, client, 1)
		require.Equal(t, slices.Collect(state("good", 3)), got)
	}
}
