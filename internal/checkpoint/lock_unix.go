// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package checkpoint // import "github.com/otelcol-aiops/otelcol-aiops/internal/checkpoint"

import (
	"errors"
	"os"
	"syscall"
)

var errHeld = errors.New("held")

// tryLock locks a file until it is closed or its process ends.
func tryLock(file *os.File) error {
	err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	switch {
	case errors.Is(err, syscall.EWOULDBLOCK):
		return errHeld
	case errors.Is(err, errors.ErrUnsupported):
		return nil // a file system without locks
	default:
		return err
	}
}
