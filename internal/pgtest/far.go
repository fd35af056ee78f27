// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package pgtest // import "github.com/otelcol-aiops/otelcol-aiops/internal/pgtest"

import (
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Far is a way to a server that takes time.
type Far struct {
	// Trips counts how often a client spoke after the server had.
	Trips atomic.Int64

	listener        net.Listener
	server, address string
	delay           time.Duration // one way
	wait            sync.WaitGroup
	mu              sync.Mutex
	open            map[net.Conn]bool // nil once it is closed
}

// NewFar makes a way to a server, which ends with the test.
func NewFar(t testing.TB, s *Server, roundTrip time.Duration) *Far {
	f, err := ListenFar("127.0.0.1:"+strconv.Itoa(s.Port), roundTrip)
	require.NoError(t, err)
	t.Cleanup(f.Close)
	return f
}

// ListenFar makes a way to an address on which a round trip takes so long.
func ListenFar(server string, roundTrip time.Duration) (*Far, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // no name is looked up
	if err != nil {
		return nil, err
	}
	f := &Far{listener: listener, server: server, address: listener.Addr().String(), delay: roundTrip / 2, open: map[net.Conn]bool{}}
	f.wait.Add(1)
	go func() {
		defer f.wait.Done()
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			f.join(client)
		}
	}()
	return f, nil
}

// Close closes what is still connected.
func (f *Far) Close() {
	f.listener.Close()
	f.mu.Lock()
	for conn := range f.open {
		conn.Close()
	}
	f.open = nil
	f.mu.Unlock()
	f.wait.Wait()
}

// DSN is a connection string of the server, by this way.
func (f *Far) DSN(dsn string) string { return strings.Replace(dsn, f.server, f.address, 1) }

// join connects a client with the server.
func (f *Far) join(client net.Conn) {
	server, err := net.Dial("tcp", f.server) //nolint:noctx // on this machine
	if err != nil {
		client.Close()
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.open == nil {
		client.Close()
		server.Close()
		return
	}
	f.open[client], f.open[server] = true, true
	var answered atomic.Bool
	f.carry(client, server, func() {
		if answered.Swap(false) {
			f.Trips.Add(1)
		}
	})
	f.carry(server, client, func() { answered.Store(true) })
}

// carry hands on what comes, each piece as late as the next.
func (f *Far) carry(from, to net.Conn, came func()) {
	type piece struct {
		due  time.Time
		data []byte
	}
	pieces := make(chan piece, 1024)
	f.wait.Add(2)
	go func() {
		defer f.wait.Done()
		defer close(pieces)
		for {
			data := make([]byte, 64<<10)
			n, err := from.Read(data)
			if n > 0 {
				came()
				pieces <- piece{time.Now().Add(f.delay), data[:n]}
			}
			if err != nil {
				return
			}
		}
	}()
	go func() {
		defer f.wait.Done()
		defer to.Close()
		for p := range pieces {
			time.Sleep(time.Until(p.due))
			if _, err := to.Write(p.data); err != nil {
				from.Close()
			}
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.open, to)
	}()
}
