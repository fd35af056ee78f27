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
	require.NoError(t, s.Shutdown(ctx))
}

// Neither a request that is never finished nor a body that trickles keeps the server
// from ending, whatever time it is given.
func TestAnUnfinishedRequestDoesNotKeepItUp(t *testing.T) {
	for name, sent := range map[string]string{
		"half a header": "POST / HTTP/1.1\r\nHost:",
		"half a body":   "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf",
		"nothing":       "",
	} {
		t.Run(name, func(t *testing.T) {
			s, _, _ := start(t, func(_ http.ResponseWriter, r *http.Request) { _, _ = io.ReadAll(r.Body) })
			connection, err := net.Dial("tcp", s.Address.String())
			require.NoError(t, err)
			defer connection.Close()
			_, err = io.WriteString(connection, sent)
			require.NoError(t, err)
			began := time.Now()
			require.NoError(t, s.Shutdown(context.Background()))
			require.Less(t, time.Since(began), answerTime+10*time.Second)
		})
	}
}

// The one that is silent for longest makes room, and those at work are let alone.
func TestConnectionsAreBounded(t *testing.T) {
	c := newConnections(3)
	conns := make([]*fakeConn, 6)
	for i := range conns {
		conns[i] = &fakeConn{}
		c.note(conns[i], http.StateNew)
		if i == 0 {
			c.note(conns[i], http.StateActive)
		}
	}
	closed := func() (which []int) {
		for i, conn := range conns {
			if conn.closed {
				which = append(which, i)
			}
		}
		return which
	}
	require.Equal(t, []int{1, 2, 3}, closed())
	c.note(conns[4], http.StateActive)
	c.note(conns[5], http.StateActive)
	more := &fakeConn{}
	c.note(more, http.StateNew)
	require.True(t, more.closed, "all others work")
	c.note(conns[0], http.StateIdle)
	c.note(&fakeConn{}, http.StateNew)
	require.Equal(t, []int{0, 1, 2, 3}, closed())
	c.note(conns[4], http.StateClosed)
	require.Len(t, c.all, 2)
	require.Len(t, c.order, 2)
}

type fakeConn struct {
	net.Conn
	closed bool
}

func (f *fakeConn) Close() error {
	f.closed = true
	return nil
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
