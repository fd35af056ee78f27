// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package memlimit

import (
	"math"
	"runtime/debug"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
)

func TestOfGroup(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	for _, tt := range []struct {
		name string
		root fstest.MapFS
		want int64
	}{
		{"nothing", fstest.MapFS{}, 0},
		{"version 2, in a container", fstest.MapFS{
			"proc/self/cgroup": file("0::/\n"), "sys/fs/cgroup/memory.max": file("268435456\n"),
		}, 256 << 20},
		{"version 2, none", fstest.MapFS{
			"proc/self/cgroup": file("0::/\n"), "sys/fs/cgroup/memory.max": file("max\n"),
		}, 0},
		{"version 2, of the slice around the service", fstest.MapFS{
			"proc/self/cgroup":                                        file("0::/system.slice/otelcol.service\n"),
			"sys/fs/cgroup/system.slice/memory.max":                   file("1000\n"),
			"sys/fs/cgroup/system.slice/otelcol.service/memory.max":   file("2000\n"),
			"sys/fs/cgroup/system.slice/another.service/memory.max":   file("1\n"),
			"sys/fs/cgroup/system.slice/otelcol.service/memory.other": file("1\n"),
		}, 1000},
		{"version 1", fstest.MapFS{
			"proc/self/cgroup":                                      file("11:cpu,cpuacct:/\n4:memory:/docker/abc\n"),
			"sys/fs/cgroup/memory/memory.limit_in_bytes":            file("9223372036854771712\n"),
			"sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes": file("4096\n"),
		}, 4096},
		{"damaged", fstest.MapFS{
			"proc/self/cgroup": file("0::/\nx\n\n"), "sys/fs/cgroup/memory.max": file("a lot\n"),
		}, 0},
	} {
		assert.Equal(t, tt.want, ofGroup(tt.root), tt.name)
	}
}

func TestLower(t *testing.T) {
	assert.Zero(t, lower(math.MaxInt64, 0))
	assert.EqualValues(t, 5, lower(math.MaxInt64, 5, 0, 7))
}

func TestBytesHeedsTheRuntime(t *testing.T) {
	before := debug.SetMemoryLimit(1 << 20)
	defer debug.SetMemoryLimit(before)
	assert.EqualValues(t, 1<<20, Bytes())
}
