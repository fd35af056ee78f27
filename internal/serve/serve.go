// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package serve runs a component's HTTP server from its start to its shutdown.
package serve // import "github.com/otelcol-aiops/otelcol-aiops/internal/serve"

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// Server is an HTTP server that serves, or, as the zero value, none.
type Server struct {
	Address net.Addr // that it listens on; nil when it never did

	server *http.Server
	ended  chan struct{}
}

// answerTime is how long Shutdown waits for answers that are under way.
const answerTime = time.Second

// Start serves on the listener until Shutdown, within the limits of this package. It
// calls failed when serving ends for any other reason.
func (s *Server) Start(server *http.Server, listener net.Listener, failed func(error)) {
	limit(server)
	s.Address, s.server, s.ended = listener.Addr(), server, make(chan struct{})
	go func() {
		defer close(s.ended)
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			failed(err)
		}
	}()
}

// Shutdown answers what was asked and ends, after a second at the latest: whoever
// has not sent its request by then keeps nobody from stopping.
func (s *Server) Shutdown(ctx context.Context) error {
	if s.server == nil {
		return nil
	}
	wait, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	err := s.server.Shutdown(wait)
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		err = s.server.Close()
	}
	<-s.ended
	return err
}
