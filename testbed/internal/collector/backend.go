// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package collector

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// Backend takes all that collectors send to it and keeps nothing.
type Backend struct {
	Address string
	// LogBytes is the size of what came to a path that starts with /loki.
	LogBytes atomic.Int64
	// Away makes it answer that it is not available.
	Away atomic.Bool
}

// NewBackend listens until the process ends.
func NewBackend() (*Backend, error) {
	listener, err := net.Listen("tcp", "localhost:0") //nolint:noctx // on this host
	if err != nil {
		return nil, err
	}
	b := &Backend{Address: listener.Addr().String()}
	go func() {
		_ = http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { //nolint:gosec // on this host
			n, _ := io.Copy(io.Discard, r.Body)
			if b.Away.Load() {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			if strings.HasPrefix(r.URL.Path, "/loki") {
				b.LogBytes.Add(n)
			}
		}))
	}()
	return b, nil
}

// Post sends an OTLP request to an address, again and again while it is told that the
// collector is full. It returns how often that was.
func Post(client *http.Client, address, path string, payload []byte) (refused int, err error) {
	for {
		r, err := client.Post("http://"+address+path, "application/x-protobuf", bytes.NewReader(payload)) //nolint:noctx // on this host
		if err != nil {
			return refused, err
		}
		answer, err := io.ReadAll(r.Body)
		r.Body.Close()
		switch {
		case err != nil:
			return refused, err
		case r.StatusCode == http.StatusOK:
			return refused, nil
		case r.StatusCode != http.StatusServiceUnavailable && r.StatusCode != http.StatusTooManyRequests:
			return refused, fmt.Errorf("%s: %s", r.Status, answer)
		}
		refused++
		time.Sleep(100 * time.Millisecond)
	}
}
