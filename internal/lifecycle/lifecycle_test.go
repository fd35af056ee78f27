// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/pdata/pcommon"
)

// counted is a component that counts.
type counted struct {
	starts, stops int
	host          component.Host
	refuse        error
	started       chan struct{} // Start waits for it when it is not nil
}

func (c *counted) Start(_ context.Context, h component.Host) error {
	c.starts++
	c.host = h
	if c.started != nil {
		<-c.started
	}
	return c.refuse
}

func (c *counted) Shutdown(context.Context) error {
	c.stops++
	return nil
}

// reporter is a host that keeps the status it was told.
type reporter struct {
	component.Host
	status componentstatus.Status
}

func (r *reporter) Report(e *componentstatus.Event) { r.status = e.Status() }

func TestOneInstanceForEachConfiguration(t *testing.T) {
	var s Shared[*counted]
	made := 0
	get := func(cfg component.Config) *Instance[*counted] {
		i, err := s.Get(cfg, func() (*counted, error) { made++; return new(counted), nil })
		require.NoError(t, err)
		return i
	}
	one, other := new(int), new(int)
	a, b, c := get(one), get(one), get(other)
	require.Same(t, a, b)
	require.NotSame(t, a, c)
	require.Equal(t, 2, made)

	hosts := []*reporter{{Host: componenttest.NewNopHost()}, {Host: componenttest.NewNopHost()}}
	require.NoError(t, a.Start(t.Context(), hosts[0]))
	componentstatus.ReportStatus(a.Component.host, componentstatus.NewRecoverableErrorEvent(errors.New("disk full")))
	require.NoError(t, b.Start(t.Context(), hosts[1]))
	require.Equal(t, 1, a.Component.starts)
	for _, h := range hosts {
		require.Equal(t, componentstatus.StatusRecoverableError, h.status, "every pipeline's component says so")
	}
	require.NoError(t, a.Shutdown(t.Context()))
	require.Zero(t, a.Component.stops, "data of the other pipeline may still come")
	require.NoError(t, b.Shutdown(t.Context()))
	require.Equal(t, 1, a.Component.stops)
	require.NotSame(t, a, get(one), "a component that was shut down is not used again")
	require.NoError(t, c.Shutdown(t.Context()), "that was never started")
}

func TestDataWaitsForTheEndOfTheStart(t *testing.T) {
	var s Shared[*counted]
	c := &counted{started: make(chan struct{})}
	i, err := s.Get(new(int), func() (*counted, error) { return c, nil })
	require.NoError(t, err)

	soon, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	require.ErrorIs(t, i.Ready(soon), context.DeadlineExceeded, "before the start")
	done := make(chan error)
	go func() { done <- i.Ready(context.Background()) }()
	begun := make(chan error)
	go func() { begun <- i.Start(context.Background(), componenttest.NewNopHost()) }()
	select {
	case err := <-done:
		t.Fatal("did not wait", err)
	case <-time.After(20 * time.Millisecond):
	}
	close(c.started)
	require.NoError(t, <-begun)
	require.NoError(t, <-done)
	require.NoError(t, i.Shutdown(t.Context()))
}

func TestDataThatWaitsForAStartThatNeverEndsIsRefused(t *testing.T) {
	for want, refuse := range map[error]error{ErrStopped: nil, errRefused: errRefused} {
		var s Shared[*counted]
		i, err := s.Get(new(int), func() (*counted, error) { return &counted{refuse: refuse}, nil })
		require.NoError(t, err)
		done := make(chan error)
		go func() { done <- i.Ready(context.Background()) }()
		if refuse != nil {
			require.ErrorIs(t, i.Start(t.Context(), componenttest.NewNopHost()), refuse)
			require.ErrorIs(t, i.Start(t.Context(), componenttest.NewNopHost()), refuse, "of the second pipeline, too")
		}
		require.NoError(t, i.Shutdown(t.Context()))
		require.ErrorIs(t, <-done, want)
	}
}

var errRefused = errors.New("refused")

// Components of one collector share the budget; others have their own.
func TestBudget(t *testing.T) {
	one, other := pcommon.NewResource(), pcommon.NewResource()
	now := time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)
	end := now.Add(Budget)
	require.Equal(t, end, endOf(one, now))
	require.Equal(t, end, endOf(one, now.Add(Budget/2)))
	require.Equal(t, now.Add(Budget/2).Add(Budget), endOf(other, now.Add(Budget/2)))
	require.Equal(t, end.Add(least), endOf(one, end), "everyone has a moment")
	later := end.Add(Budget + time.Second)
	require.Equal(t, later.Add(Budget), endOf(one, later), "it has started again since")

	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	part, stop := Part(ctx, 0.5)
	defer stop()
	deadline, _ := part.Deadline()
	require.WithinDuration(t, time.Now().Add(time.Hour/2), deadline, time.Minute)
}

func TestWhatHangsIsLeftBehind(t *testing.T) {
	got, ok := Within(t.Context(), func() int { return 7 })
	require.True(t, ok)
	require.Equal(t, 7, got)
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	hang := make(chan struct{})
	_, ok = Within(ctx, func() int { <-hang; return 7 })
	require.False(t, ok)
	close(hang)
}
