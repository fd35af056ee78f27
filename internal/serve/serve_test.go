// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package serve

import (
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start serves with the handler; what ends it early is sent to failed.
func start(t *testing.T, handler http.HandlerFunc) (s *Server, listener net.Listener, failed chan error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s, failed = &Server{}, make(chan error, 1)
	s.Start(&http.Server{Handler: handler, ReadHeaderTimeout: time.Second}, listener, func(err error) { failed <- err })
	return s, listener, failed
}

func TestWhatWasAskedIsAnswered(t *testing.T) {
	asked, answer := make(chan struct{}), make(chan struct{})
	s, _, failed := start(t, func(w http.ResponseWriter, _ *http.Request) {
		close(asked)
		<-answer
		_, _ = io.WriteString(w, "answer")
	})
	got := make(chan string)
	go func() {
		client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		response, err := client.Get("http://" + s.Address.String())
		if err != nil {
			got <- err.Error()
			return
		}
		defer response.Body.Close()
		body, _ := io.ReadAll(response.Body)
		got <- string(body)
	}()
	<-asked
	ended := make(chan error)
	go func() { ended <- s.Shutdown(context.Background()) }()
	select {
	case err := <-ended:
		t.Fatal("did not wait for the answer", err)
	case <-time.After(20 * time.Millisecond):
	}
	close(answer)
	require.NoError(t, <-ended)
	require.Equal(t, "answer", <-got)
	require.Empty(t, failed, "to shut down is no failure")
}

func TestWhoIsTooSlowIsCutOff(t *testing.T) {
	asked := make(chan struct{})
	s, _, _ := start(t, func(_ http.ResponseWriter, r *http.Request) {
		close(asked)
		<-r.Context().Done()
	})
	connection, err := net.Dial("tcp", s.Address.String())
	require.NoError(t, err)
	defer connection.Close()
	_, err = io.WriteString(connection, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	require.NoError(t, err)
	<-asked
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, s.Shutdown(ctx), context.DeadlineExceeded)
}

func TestAListenerThatFailsIsReported(t *testing.T) {
	s, listener, failed := start(t, nil)
	require.NoError(t, listener.Close())
	require.ErrorIs(t, <-failed, net.ErrClosed)
	require.NoError(t, s.Shutdown(t.Context()))
}

func TestNothingIsServed(t *testing.T) {
	var s Server
	require.NoError(t, s.Shutdown(t.Context()))
	require.Nil(t, s.Address)
}
