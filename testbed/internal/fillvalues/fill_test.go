// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package fillvalues

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// shapes are what values of a kind look like; the kinds without one are drawn
// from a list.
var shapes = map[string]string{
	"ip": `^\d+\.\d+\.\d+\.\d+$`, "ip6": `^[0-9a-f:]+$`, "port": `^\d{4,5}$`, "mac": `^([0-9a-f]{2}:){5}[0-9a-f]{2}$`,
	"n": `^\d{1,4}$`, "big": `^\d{8,11}$`, "f": `^\d+\.\d{1,6}$`, "exp": `^\d\.\d{3}e[+-]\d\d$`, "neg": `^-\d{1,3}$`,
	"uuid": `^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`, "UUID": `^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$`,
	"h40": `^[0-9a-f]{40}$`, "0x": `^0x[0-9a-f]{12}$`, "qp": `^[0-9A-F]{11}$`, "b64": `^[A-Za-z0-9+/]{32,60}={0,2}$`,
	"jwt": `^eyJ[\w-]+\.[\w-]{40}\.[\w-]{43}$`, "iso": `^2026-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`,
	"cts": `^2026-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}$`, "klog": `^\d{4} \d\d:\d\d:\d\d\.\d{6}$`, "sys": `^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d$`,
	"path": `^(/\w+){2,4}/[\w.]+$`, "pod": `^[a-z-]+-[0-9a-f]{9}-[a-z0-9]{5}$`, "arn": `^arn:aws:lambda:eu-west-1:\d{12}:function:[a-z-]+$`,
}

func TestKinds(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for kind, draw := range kinds {
		for range 100 {
			v := draw(r)
			require.NotEmpty(t, v, kind)
			if shape, ok := shapes[kind]; ok {
				require.Regexp(t, shape, v, kind)
			}
		}
	}
}

func TestFill(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	line, used := Fill(r, "user «user» from «ip»: user «user»")
	require.Len(t, used, 3)
	require.Equal(t, "user "+used[0].Text+" from "+used[1].Text+": user "+used[2].Text, line)
	require.Equal(t, []string{"user", "ip", "user"}, []string{used[0].Kind, used[1].Kind, used[2].Kind})
	require.Equal(t, "user  from : user ", Constant("user «user» from «ip»: user «user»"))
	require.Panics(t, func() { Fill(r, "«nonsense»") })
}
