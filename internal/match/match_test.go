// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package match

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
)

func TestStream(t *testing.T) {
	point, resource := pcommon.NewMap(), pcommon.NewMap()
	point.PutInt("code", 200)
	point.PutStr("host", "point")
	resource.PutStr("host", "resource")
	resource.PutStr("service.name", "shop-1")
	for name, c := range map[string]struct {
		config Config
		want   bool
	}{
		"everything":                {Config{}, true},
		"a name":                    {Config{Names: []string{"http.requests"}}, true},
		"another name":              {Config{Names: []string{"http.request"}}, false},
		"one of two patterns":       {Config{Names: []string{"x.*", "http.*"}}, true},
		"an attribute of the point": {Config{Attributes: map[string]string{"code": "2??"}}, true},
		"one of the resource":       {Config{Attributes: map[string]string{"service.name": "shop-*"}}, true},
		"the point's comes first":   {Config{Attributes: map[string]string{"host": "resource"}}, false},
		"all attributes must match": {Config{Attributes: map[string]string{"code": "200", "service.name": "bar"}}, false},
		"an attribute that is not":  {Config{Attributes: map[string]string{"zone": "*"}}, false},
		"name and attribute":        {Config{Names: []string{"http.*"}, Attributes: map[string]string{"code": "{200,201}"}}, true},
		"the name does not":         {Config{Names: []string{"rpc.*"}, Attributes: map[string]string{"code": "200"}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := New(c.config)
			require.NoError(t, err)
			require.Equal(t, c.want, m.Stream("http.requests", point, resource))
		})
	}
}
