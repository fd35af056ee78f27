// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package knowledgebaseextension // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension"

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"golang.org/x/net/http/httpguts"

	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/api"
)

// AccessConfig says who is who and who may do what.
type AccessConfig struct {
	// UserHeader is the header in which a proxy says who has signed in with it.
	UserHeader string `mapstructure:"user_header"`
	// Proxies are the addresses, or ranges in CIDR notation, that UserHeader is
	// believed of.
	Proxies []string `mapstructure:"proxies"`
	// Readers are the names of who may read, besides the editors; none is everyone.
	Readers []string `mapstructure:"readers"`
	// Editors are the names of who may change something; none is everyone who may read.
	Editors []string `mapstructure:"editors"`
}

func (c *AccessConfig) validate(authenticated bool) error {
	var errs error
	if c.UserHeader != "" && !httpguts.ValidHeaderFieldName(c.UserHeader) {
		errs = errors.Join(errs, fmt.Errorf("access::user_header must be the name of a header such as X-Forwarded-User, got %q", c.UserHeader))
	}
	if c.UserHeader != "" && len(c.Proxies) == 0 {
		errs = errors.Join(errs, errors.New("access::proxies must name the addresses that access::user_header is believed of, such as 127.0.0.1 or 10.0.0.0/8"))
	}
	if _, err := c.prefixes(); err != nil {
		errs = errors.Join(errs, err)
	}
	for _, list := range []struct {
		key   string
		names []string
	}{{"readers", c.Readers}, {"editors", c.Editors}} {
		if len(list.names) > 0 && !authenticated && c.UserHeader == "" {
			errs = errors.Join(errs, fmt.Errorf("access::%s needs http::auth or access::user_header: otherwise nobody has a name that can be trusted", list.key))
		}
		if slices.Contains(list.names, "") {
			errs = errors.Join(errs, fmt.Errorf("access::%s must be names, got an empty one", list.key))
		}
	}
	return errs
}

func (c *AccessConfig) prefixes() ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, text := range c.Proxies {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			address, wrong := netip.ParseAddr(text)
			if wrong != nil {
				return nil, fmt.Errorf("access::proxies must be addresses or ranges such as 10.0.0.0/8, got %q", text)
			}
			prefix = netip.PrefixFrom(address.Unmap(), address.Unmap().BitLen())
		}
		out = append(out, prefix.Masked())
	}
	return out, nil
}

func (c *AccessConfig) options(authenticated bool) api.Access {
	proxies, _ := c.prefixes() // Validate has parsed them
	return api.Access{Authenticated: authenticated, UserHeader: c.UserHeader, Proxies: proxies, Readers: c.Readers, Editors: c.Editors}
}
