// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package checkpoint keeps snapshots of a component's state, in files of a directory
// or in a storage extension, so that a run that was stopped goes on where it was.
//
// A snapshot is a manifest and the chunks that it counts. Two generations are kept;
// a snapshot that was cut off half-way leaves the one before it whole. The format,
// byte by byte, is in docs/formats/checkpoint.md.
//
// Nothing about it keeps a component from starting, running or stopping: what cannot
// be read or written is reported, and tried again.
package checkpoint // import "github.com/otelcol-aiops/otelcol-aiops/internal/checkpoint"

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/cespare/xxhash/v2"
	"go.opentelemetry.io/collector/extension/xextension/storage"
)

// Format is the version of the frame around a component's state.
const Format = 1

const (
	manifestMagic = "AICP"
	chunkMagic    = "AICC"
	slots         = 2
	checksumSize  = 8
	manifestSize  = 4 + 2 + 2 + 8 + 4 + checksumSize
	chunkHead     = 4 + 8 + 4 + 4
)

// ErrDamaged says that something stored is not what was written, or was written
// by a version that this one does not know.
var ErrDamaged = errors.New("damaged or unknown snapshot")

// Origin says where a state came from.
type Origin int

// The origins.
const (
	Nothing     Origin = iota // no snapshot was ever written
	Latest                    // the youngest snapshot
	Previous                  // the one before it, since the youngest is damaged
	Lost                      // there are snapshots, and none can be read
	Unreachable               // it is not known yet whether there are snapshots
)

// String returns the origin's name in metrics and logs.
func (o Origin) String() string {
	return [...]string{"nothing", "latest", "previous", "lost", "unreachable"}[o]
}

// Store reads and writes the snapshots of one component in a storage extension,
// each part under a key of its own. It is not safe for concurrent use.
type Store struct {
	client  storage.Client
	version uint16 // of the component's state
	next    int    // slot of the next snapshot
	seq     uint64 // of the youngest snapshot
	chunks  [slots]uint32
}

// New returns a store of states of a version. Load comes first.
func New(client storage.Client, version uint16) *Store {
	return &Store{client: client, version: version}
}

type manifest struct {
	slot    int
	version uint16 // of the state
	seq     uint64
	chunks  uint32
}

// Restore makes a state of the chunks of a snapshot. version is that of the state.
type Restore func(version uint16, chunks iter.Seq2[[]byte, error]) error

// Load calls restore with the chunks of the youngest snapshot, and when it, or
// a chunk, returns an error, with those of the one before. Each call must begin
// a state anew. version is that of the state, at most the one given to New. A
// chunk is valid until the next. The errors say what was wrong with the
// snapshots that were passed over; they do not mean that nothing was loaded.
func (s *Store) Load(ctx context.Context, restore Restore) (Origin, error) {
	found, errs := s.manifests(ctx)
	stored := len(found) > 0 || errs != nil
	if len(found) == slots && found[0].seq < found[1].seq {
		found[0], found[1] = found[1], found[0]
	}
	for _, m := range found {
		s.chunks[m.slot] = m.chunks
		s.seq = max(s.seq, m.seq)
	}
	for i, m := range found {
		err := restore(m.version, s.read(ctx, m))
		if err == nil {
			s.next = (m.slot + 1) % slots
			if i == 0 && errs == nil {
				return Latest, nil
			}
			return Previous, errs
		}
		errs = errors.Join(errs, fmt.Errorf("snapshot %d: %w", m.seq, err))
	}
	if stored {
		return Lost, errs
	}
	return Nothing, nil
}

func (s *Store) manifests(ctx context.Context) (found []manifest, errs error) {
	for slot := range slots {
		b, err := s.client.Get(ctx, manifestKey(slot))
		if err == nil && b == nil {
			continue
		}
		var m manifest
		if err == nil {
			m, err = parseManifest(b, s.version)
		}
		if err != nil {
			errs = errors.Join(errs, fmt.Errorf("manifest %d: %w", slot, err))
			continue
		}
		m.slot = slot
		found = append(found, m)
	}
	return found, errs
}

func parseManifest(b []byte, known uint16) (manifest, error) {
	body, ok := verified(b, manifestMagic)
	if !ok || len(b) != manifestSize {
		return manifest{}, ErrDamaged
	}
	m := manifest{
		version: binary.LittleEndian.Uint16(body[6:]),
		seq:     binary.LittleEndian.Uint64(body[8:]),
		chunks:  binary.LittleEndian.Uint32(body[16:]),
	}
	if format := binary.LittleEndian.Uint16(body[4:]); format != Format || m.version > known {
		return manifest{}, fmt.Errorf("%w: format %d, state %d; known are %d and up to %d", ErrDamaged, format, m.version, Format, known)
	}
	return m, nil
}

// read yields the chunks of a snapshot until one is not what was written.
func (s *Store) read(ctx context.Context, m manifest) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for i := range m.chunks {
			b, err := s.client.Get(ctx, chunkKey(m.slot, i))
			if err != nil {
				yield(nil, fmt.Errorf("chunk %d: %w", i, err))
				return
			}
			payload, err := parseChunk(b, m.seq, i)
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(payload, nil) {
				return
			}
		}
	}
}

// Save writes a snapshot over the older of the two. A chunk should be at most
// about a MiB. After an error the younger one is still whole.
func (s *Store) Save(ctx context.Context, chunks iter.Seq[[]byte]) error {
	slot, seq := s.next, s.seq+1
	n := uint32(0)
	for payload := range chunks {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.client.Set(ctx, chunkKey(slot, n), appendChunk(nil, seq, n, payload)); err != nil {
			return fmt.Errorf("chunk %d: %w", n, err)
		}
		n++
	}
	if err := s.client.Set(ctx, manifestKey(slot), appendManifest(nil, s.version, seq, n)); err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	surplus := s.chunks[slot]
	s.seq, s.next, s.chunks[slot] = seq, (slot+1)%slots, n
	for i := n; i < surplus; i++ {
		if err := s.client.Delete(ctx, chunkKey(slot, i)); err != nil {
			return fmt.Errorf("chunk %d of an older snapshot: %w", i, err)
		}
	}
	return nil
}

func appendManifest(b []byte, version uint16, seq uint64, chunks uint32) []byte {
	from := len(b)
	b = append(b, manifestMagic...)
	b = binary.LittleEndian.AppendUint16(b, Format)
	b = binary.LittleEndian.AppendUint16(b, version)
	b = binary.LittleEndian.AppendUint64(b, seq)
	b = binary.LittleEndian.AppendUint32(b, chunks)
	return sealed(b, from)
}

func appendChunk(b []byte, seq uint64, n uint32, payload []byte) []byte {
	from := len(b)
	b = slices.Grow(b, chunkHead+len(payload)+checksumSize)
	b = append(b, chunkMagic...)
	b = binary.LittleEndian.AppendUint64(b, seq)
	b = binary.LittleEndian.AppendUint32(b, n)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(payload)))
	return sealed(append(b, payload...), from)
}

// parseChunk returns the payload of a chunk that belongs at a place of a snapshot.
func parseChunk(b []byte, seq uint64, n uint32) ([]byte, error) {
	body, ok := verified(b, chunkMagic)
	if !ok || len(body) < chunkHead ||
		binary.LittleEndian.Uint64(body[4:]) != seq ||
		binary.LittleEndian.Uint32(body[12:]) != n ||
		int64(binary.LittleEndian.Uint32(body[16:])) != int64(len(body)-chunkHead) {
		return nil, fmt.Errorf("chunk %d: %w", n, ErrDamaged)
	}
	return body[chunkHead:], nil
}

func manifestKey(slot int) string        { return string(rune('a' + slot)) }
func chunkKey(slot int, i uint32) string { return fmt.Sprintf("%c/%d", 'a'+slot, i) }

// sealed appends the checksum of all from an offset on.
func sealed(b []byte, from int) []byte {
	return binary.LittleEndian.AppendUint64(b, xxhash.Sum64(b[from:]))
}

// verified returns what was sealed.
func verified(b []byte, magic string) ([]byte, bool) {
	n := len(b) - checksumSize
	if n < len(magic) || string(b[:len(magic)]) != magic {
		return nil, false
	}
	return b[:n], binary.LittleEndian.Uint64(b[n:]) == xxhash.Sum64(b[:n])
}
