// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package serve // import "github.com/otelcol-aiops/otelcol-aiops/internal/serve"

import (
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/config/confignet"
)

// What a client may take, where the configuration does not say.
const (
	headerTimeout  = 10 * time.Second
	requestTimeout = 30 * time.Second // for all of a request, its body too
	maxHeaderBytes = 64 << 10
	maxConnections = 256
)

// DefaultConfig is the configuration of a server on an endpoint.
func DefaultConfig(endpoint string) confighttp.ServerConfig {
	cfg := confighttp.NewDefaultServerConfig()
	cfg.NetAddr.Endpoint = endpoint
	cfg.ReadHeaderTimeout, cfg.ReadTimeout = headerTimeout, requestTimeout
	return cfg
}

// Local is true when only programs on this machine reach the server.
func Local(cfg *confighttp.ServerConfig) bool {
	if cfg.NetAddr.Transport == confignet.TransportTypeUnix {
		return true
	}
	host, _, err := net.SplitHostPort(cfg.NetAddr.Endpoint)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Rebindable is true of a server that everyone on this machine may ask, and thus the
// pages that they look at: it must answer to names of this machine only, see KnownHost.
func Rebindable(cfg *confighttp.ServerConfig) bool {
	return !cfg.Auth.HasValue() && Local(cfg) && cfg.NetAddr.Transport != confignet.TransportTypeUnix
}

// KnownHost is false for a request under a name that somebody else may have given to
// this machine (DNS rebinding): to a browser, a page under such a name is of the same
// site.
func KnownHost(r *http.Request) bool {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
	return host == "" || host == "localhost" || strings.HasSuffix(host, ".localhost") || net.ParseIP(host) != nil
}

// limit bounds what clients take of a server, where its configuration does not.
func limit(server *http.Server) {
	if server.ReadHeaderTimeout <= 0 {
		server.ReadHeaderTimeout = headerTimeout
	}
	if server.MaxHeaderBytes <= 0 {
		server.MaxHeaderBytes = maxHeaderBytes
	}
	server.ConnState = newConnections(maxConnections).note
}

// connections bounds how many there are at a time. Beyond, the one that has been
// silent for longest is closed, so that half-open ones do not keep others out.
type connections struct {
	most int

	mu     sync.Mutex
	number uint64
	all    map[net.Conn]bool   // whether it works on a request
	order  map[net.Conn]uint64 // of when that last changed
}

func newConnections(most int) *connections {
	return &connections{most: most, all: map[net.Conn]bool{}, order: map[net.Conn]uint64{}}
}

// note implements http.Server.ConnState.
func (c *connections) note(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch state {
	case http.StateClosed, http.StateHijacked:
		c.forget(conn)
		return
	default:
		c.number++
		c.all[conn], c.order[conn] = state == http.StateActive, c.number
	}
	if len(c.all) > c.most {
		if victim := c.silent(conn); victim != nil {
			c.forget(victim)
			_ = victim.Close()
		}
	}
}

// silent returns the connection that has been without a request for longest, or the
// newest when all work.
func (c *connections) silent(newest net.Conn) net.Conn {
	victim := newest
	for conn, works := range c.all {
		if !works && c.order[conn] < c.order[victim] {
			victim = conn
		}
	}
	return victim
}

func (c *connections) forget(conn net.Conn) {
	delete(c.all, conn)
	delete(c.order, conn)
}
