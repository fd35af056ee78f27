// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package checkpoint // import "github.com/otelcol-aiops/otelcol-aiops/internal/checkpoint"

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"go.opentelemetry.io/collector/component"
)

// Errors that are told apart in the metric of faults.
var (
	// ErrLocked says that another process has the files.
	ErrLocked = errors.New("another process has the state of this component")
	// ErrDeleted says that the files were taken away while they were in use. They are
	// made anew.
	ErrDeleted = errors.New("the state was deleted while it was in use")
)

// Files keeps the snapshots of one component as two files of a directory, the
// latest and the one before it. A file is written whole under another name, synced
// and renamed, so that a crash or a full disk leaves what was there. It is not safe
// for concurrent use.
type Files struct {
	dir, name string
	version   uint16 // of the component's state
	lock      *os.File
	seq       uint64 // of the youngest snapshot
	whole     bool   // the latest file can be read
}

// NewFiles returns the files of a component in a directory, for states of a version.
func NewFiles(dir string, kind component.Kind, id component.ID, version uint16) *Files {
	// Not to be confused with a directory, and the same wherever the collector runs.
	name := strings.ToLower(kind.String()) + "_" + url.PathEscape(id.String())
	return &Files{dir: dir, name: strings.ReplaceAll(name, ":", "%3A"), version: version}
}

func (f *Files) path(suffix string) string { return filepath.Join(f.dir, f.name+suffix) }

// The files of a component, and what only exists while a snapshot is written.
const (
	latestSuffix   = ".snapshot"
	previousSuffix = ".snapshot.previous"
	damagedSuffix  = ".snapshot.damaged"
	partSuffix     = ".snapshot.part"
	lockSuffix     = ".lock"
)

// Open makes the directory and takes the lock, or says who has it.
func (f *Files) Open() error {
	if f.lock != nil {
		return nil
	}
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return err
	}
	lock, err := os.OpenFile(f.path(lockSuffix), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if err := tryLock(lock); err != nil {
		defer lock.Close()
		if errors.Is(err, errHeld) {
			return fmt.Errorf("%w (%s): process %s; give each collector a directory of its own", ErrLocked, lock.Name(), holder(lock))
		}
		return fmt.Errorf("lock %s: %w", lock.Name(), err)
	}
	f.lock = lock
	// For people and for the message above. The lock holds without it.
	if err := lock.Truncate(0); err == nil {
		_, _ = lock.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	return nil
}

func holder(lock *os.File) string {
	b := make([]byte, 20)
	n, _ := lock.ReadAt(b, 0)
	if pid := strings.TrimSpace(string(b[:n])); pid != "" {
		return pid
	}
	return "unknown"
}

// Load is as that of Store. A file that is not whole is put aside.
func (f *Files) Load(restore Restore) (Origin, error) {
	var errs error
	for _, try := range []struct {
		origin Origin
		suffix string
	}{{Latest, latestSuffix}, {Previous, previousSuffix}} {
		path := f.path(try.suffix)
		err := f.read(path, restore)
		switch {
		case err == nil:
			f.whole = try.origin == Latest
			return try.origin, errs
		case errors.Is(err, fs.ErrNotExist):
		case errors.Is(err, fs.ErrPermission):
			return Unreachable, err
		default:
			err = fmt.Errorf("%s: %w", path, err)
			if aside := f.path(damagedSuffix); os.Rename(path, aside) == nil {
				err = fmt.Errorf("%w; it is kept as %s", err, aside)
			}
			errs = errors.Join(errs, err)
		}
	}
	if errs != nil {
		return Lost, errs
	}
	return Nothing, nil
}

// read restores from one file.
func (f *Files) read(path string, restore Restore) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	// The manifest is written last.
	if info.Size() < manifestSize {
		return fmt.Errorf("%w: %d bytes", ErrDamaged, info.Size())
	}
	b := make([]byte, manifestSize)
	if _, err := file.ReadAt(b, info.Size()-manifestSize); err != nil {
		return err
	}
	m, err := parseManifest(b, f.version)
	if err != nil {
		return err
	}
	left := info.Size() - manifestSize
	if err := restore(m.version, chunksOf(bufio.NewReaderSize(io.LimitReader(file, left), 1<<16), left, m)); err != nil {
		return err
	}
	f.seq = max(f.seq, m.seq)
	return nil
}

// chunksOf yields the chunks of a file of which so many bytes are left.
func chunksOf(r *bufio.Reader, left int64, m manifest) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		var b []byte
		for i := range m.chunks {
			head, err := r.Peek(chunkHead)
			if err != nil {
				yield(nil, fmt.Errorf("chunk %d: %w", i, ErrDamaged))
				return
			}
			size := chunkHead + int64(binary.LittleEndian.Uint32(head[16:])) + checksumSize
			if size > left {
				yield(nil, fmt.Errorf("chunk %d: %w", i, ErrDamaged))
				return
			}
			left -= size
			b = append(b[:0], make([]byte, size)...)
			if _, err := io.ReadFull(r, b); err != nil {
				yield(nil, fmt.Errorf("chunk %d: %w", i, err))
				return
			}
			payload, err := parseChunk(b, m.seq, i)
			if !yield(payload, err) || err != nil {
				return
			}
		}
		if left != 0 {
			yield(nil, fmt.Errorf("%w: %d bytes too many", ErrDamaged, left))
		}
	}
}

// Save writes a snapshot; what was the latest becomes the one before it. After an
// error what was there is still there. When files were deleted they are made anew,
// and the error is ErrDeleted.
func (f *Files) Save(ctx context.Context, chunks iter.Seq[[]byte]) error {
	deleted := f.recover()
	if deleted != nil && !errors.Is(deleted, ErrDeleted) {
		return deleted
	}
	part := f.path(partSuffix)
	if err := f.write(ctx, part, chunks); err != nil {
		return errors.Join(err, os.Remove(part))
	}
	if f.whole {
		switch err := os.Rename(f.path(latestSuffix), f.path(previousSuffix)); {
		case errors.Is(err, fs.ErrNotExist):
			deleted = fmt.Errorf("%w: %s; it is made anew", ErrDeleted, f.path(latestSuffix))
		case err != nil:
			return err
		}
	}
	if err := os.Rename(part, f.path(latestSuffix)); err != nil {
		return err
	}
	f.seq, f.whole = f.seq+1, true
	return errors.Join(syncDir(f.dir), deleted)
}

// recover takes the lock anew when its file is gone.
func (f *Files) recover() error {
	held, err := f.lock.Stat()
	if err != nil {
		return err
	}
	now, err := os.Stat(f.path(lockSuffix))
	if err == nil && os.SameFile(held, now) {
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	old := f.lock
	f.lock = nil
	if err := f.Open(); err != nil {
		f.lock = old // and again the next time
		return err
	}
	_ = old.Close()
	return fmt.Errorf("%w: %s; it is made anew", ErrDeleted, f.dir)
}

func (f *Files) write(ctx context.Context, path string, chunks iter.Seq[[]byte]) (err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	seq, n := f.seq+1, uint32(0)
	var b []byte
	for payload := range chunks {
		if err := ctx.Err(); err != nil {
			return err
		}
		b = appendChunk(b[:0], seq, n, payload)
		if _, err := file.Write(b); err != nil {
			return err
		}
		n++
	}
	if _, err := file.Write(appendManifest(b[:0], f.version, seq, n)); err != nil {
		return err
	}
	return file.Sync()
}

// syncDir makes renames last.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Close gives up the lock.
func (f *Files) Close() error {
	if f.lock == nil {
		return nil
	}
	err := f.lock.Close()
	f.lock = nil
	return err
}
