// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package porttest gives tests ports for programs that cannot be asked which port they
// bound. A port is held for the test from the draw to its end, against other tests in
// other processes too.
package porttest // import "github.com/otelcol-aiops/otelcol-aiops/internal/porttest"

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// The ports that are drawn from: below those that systems give to connections, of
// which any may take one at any time.
const (
	lowest  = 20000
	highest = 32000
)

// Free returns a port on this host that nothing listens on and that no other test is
// given until this one has ended.
func Free(t testing.TB) int {
	t.Helper()
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("porttest-%d", os.Getuid()))
	require.NoError(t, os.MkdirAll(dir, 0o700))
	for range 1000 {
		port := lowest + rand.IntN(highest-lowest) //nolint:gosec // no secret
		lock, err := os.OpenFile(filepath.Join(dir, fmt.Sprint(port)), os.O_CREATE|os.O_RDWR, 0o600)
		require.NoError(t, err)
		if syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil || !unused(port) {
			require.NoError(t, lock.Close())
			continue
		}
		t.Cleanup(func() { _ = lock.Close() })
		return port
	}
	require.FailNow(t, "no port is free")
	return 0
}

// Address is a free port with the name of this host.
func Address(t testing.TB) string {
	t.Helper()
	return fmt.Sprintf("localhost:%d", Free(t))
}

// unused is true when neither address of this host has a listener.
func unused(port int) bool {
	for _, host := range []string{"127.0.0.1", "::1", ""} {
		listener, err := net.Listen("tcp", net.JoinHostPort(host, fmt.Sprint(port))) //nolint:noctx // no name is looked up
		if err != nil {
			if host == "::1" && !inUse(err) {
				continue // a host without IPv6
			}
			return false
		}
		_ = listener.Close()
	}
	return true
}

func inUse(err error) bool { return errors.Is(err, syscall.EADDRINUSE) }
