// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package lifecycle // import "github.com/otelcol-aiops/otelcol-aiops/internal/lifecycle"

import (
	"context"
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
)

// Shared holds the instances of a factory. The Collector makes a processor anew for
// each pipeline that names it, each time with the same configuration: that is how
// instances are told apart. The zero value holds none.
type Shared[C component.Component] struct {
	mu        sync.Mutex
	instances map[component.Config]*Instance[C]
}

// Get returns the instance of a configuration, which create makes for the first
// caller. Each caller starts it and shuts it down once.
func (s *Shared[C]) Get(cfg component.Config, create func() (C, error)) (*Instance[C], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.instances[cfg]; i != nil {
		i.users++
		return i, nil
	}
	c, err := create()
	if err != nil {
		return nil, err
	}
	i := &Instance[C]{Component: c, owner: s, cfg: cfg, users: 1}
	if s.instances == nil {
		s.instances = map[component.Config]*Instance[C]{}
	}
	s.instances[cfg] = i
	return i, nil
}

// leave says whether that was the last user.
func (s *Shared[C]) leave(i *Instance[C]) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	i.users--
	if i.users == 0 {
		delete(s.instances, i.cfg)
	}
	return i.users == 0
}

// Instance is a component that several pipelines use.
type Instance[C component.Component] struct {
	Component C

	owner *Shared[C]
	cfg   component.Config
	users int // guarded by owner.mu
	ready Gate

	mu      sync.Mutex
	started bool
	err     error // of the start
	host    host
}

// Start starts the component for its first user. The others learn how that went,
// and their status is that of the component, too.
func (i *Instance[C]) Start(ctx context.Context, h component.Host) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.host.add(h)
	if i.started {
		return i.err
	}
	i.started = true
	if i.err = i.Component.Start(ctx, &i.host); i.err != nil {
		i.ready.Close(i.err)
	} else {
		i.ready.Open()
	}
	return i.err
}

// Ready waits for the end of the start. Data must not be worked on before.
func (i *Instance[C]) Ready(ctx context.Context) error { return i.ready.Wait(ctx) }

// Shutdown shuts the component down for its last user: until then data may come.
func (i *Instance[C]) Shutdown(ctx context.Context) error {
	if !i.owner.leave(i) {
		return nil
	}
	i.ready.Close(ErrStopped)
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.Component.Shutdown(ctx)
}

// host is the host of all users in one: what is reported goes to each.
type host struct {
	mu    sync.Mutex
	hosts []component.Host
	last  *componentstatus.Event
}

var (
	_ component.Host           = (*host)(nil)
	_ componentstatus.Reporter = (*host)(nil)
)

func (h *host) add(one component.Host) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.hosts = append(h.hosts, one)
	if h.last != nil {
		componentstatus.ReportStatus(one, h.last)
	}
}

// GetExtensions implements component.Host.
func (h *host) GetExtensions() map[component.ID]component.Component {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.hosts[0].GetExtensions()
}

// Report implements componentstatus.Reporter.
func (h *host) Report(e *componentstatus.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last = e
	for _, one := range h.hosts {
		componentstatus.ReportStatus(one, e)
	}
}
