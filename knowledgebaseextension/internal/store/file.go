// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package store // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// Errors about a SQLite file.
var (
	// ErrDamaged says that the file is no SQLite database, or not a whole one. It is
	// not mended here: there are solutions in it that people wrote.
	ErrDamaged = errors.New("the file is damaged: salvage it with the .recover command of sqlite3, or move it away; what is put in its place is opened at once")
	// ErrGone says that another file, or none, is where the one was that is in use.
	ErrGone = errors.New("the file was deleted or replaced while it was in use; what is there now is opened")
)

// file is the SQLite file that is in use; the zero value is none.
type file struct {
	path  string
	info  os.FileInfo
	empty bool // it was there before, without a byte
}

// private makes the file, and those that SQLite makes beside it, readable by their
// owner only: there are raw lines in them. SQLite gives what it makes the mode of the
// file.
func private(path string) (file, error) {
	before, err := os.Stat(path)
	empty := err == nil && before.Size() == 0
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return file{}, err
	}
	if err := f.Close(); err != nil {
		return file{}, err
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Chmod(path+suffix, 0o600); err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) {
			return file{}, err
		}
	}
	return file{path: path, empty: empty}, nil
}

// opened notes which file it is.
func (f *file) opened() (err error) {
	if f.path != "" {
		f.info, err = os.Stat(f.path)
	}
	return err
}

// Gone returns ErrGone when the SQLite file in use is no longer where it was: what is
// written to it would be lost.
func (s *Store) Gone() error {
	if s.file.path == "" {
		return nil
	}
	now, err := os.Stat(s.file.path)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && !os.SameFile(now, s.file.info):
		return ErrGone
	default:
		return err
	}
}

// WasEmpty is true when a SQLite file was there and had no byte: that is what a disk
// that was full leaves of one, and no state that SQLite leaves.
func (s *Store) WasEmpty() bool { return s.file.empty }

// explained says of SQLite's own words for damage what to do about it.
func explained(err error) error {
	for _, words := range []string{"malformed", "not a database"} {
		if strings.Contains(err.Error(), words) {
			return fmt.Errorf("%w: %w", ErrDamaged, err)
		}
	}
	return err
}
