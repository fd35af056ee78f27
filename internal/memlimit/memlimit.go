// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package memlimit tells how much memory this process may take.
package memlimit // import "github.com/otelcol-aiops/otelcol-aiops/internal/memlimit"

import (
	"bufio"
	"io/fs"
	"math"
	"os"
	"path"
	"runtime/debug"
	"strconv"
	"strings"
)

// Bytes returns the lower one of GOMEMLIMIT and the limit of the control group, 0 if
// there is neither.
func Bytes() int64 {
	return lower(debug.SetMemoryLimit(-1), ofGroup(os.DirFS("/")))
}

// lower returns the lower limit; math.MaxInt64, and what is not above 0, is none.
func lower(limits ...int64) int64 {
	lowest := int64(math.MaxInt64)
	for _, l := range limits {
		if l > 0 {
			lowest = min(lowest, l)
		}
	}
	if lowest == math.MaxInt64 {
		return 0
	}
	return lowest
}

// ofGroup returns the limit of the control group that the process is in, of version 2 or
// 1, and of those around it; 0 is none. In a container the group is the root of what
// can be seen.
func ofGroup(root fs.FS) int64 {
	text, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return 0
	}
	limit := int64(0)
	lines := bufio.NewScanner(strings.NewReader(string(text)))
	for lines.Scan() {
		// hierarchy:controllers:path; version 2 has no controllers (cgroups(7)).
		fields := strings.SplitN(lines.Text(), ":", 3)
		if len(fields) != 3 {
			continue
		}
		switch {
		case fields[1] == "":
			limit = lower(limit, upwards(root, "sys/fs/cgroup", fields[2], "memory.max"))
		case strings.Contains(","+fields[1]+",", ",memory,"):
			limit = lower(limit, upwards(root, "sys/fs/cgroup/memory", fields[2], "memory.limit_in_bytes"))
		}
	}
	return limit
}

// unlimited is from where on version 1 means no limit: it says the largest number of
// pages.
const unlimited = 1 << 62

// upwards returns the lowest limit of a group and those around it.
func upwards(root fs.FS, mount, group, file string) int64 {
	limit := int64(0)
	for group = path.Clean("/" + group); ; group = path.Dir(group) {
		if text, err := fs.ReadFile(root, path.Join(mount, group, file)); err == nil {
			if n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && n < unlimited {
				limit = lower(limit, n)
			}
		}
		if group == "/" {
			return limit
		}
	}
}
