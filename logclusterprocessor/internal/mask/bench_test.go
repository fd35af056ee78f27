// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package mask

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// mixedLines are made lines of many kinds, about 100 bytes each, digits drawn
// anew for every line.
func mixedLines(n int) []string {
	formats := []string{
		"Receiving block blk_%[1]d src: /10.251.%[2]d.6:%[3]d dest: /10.251.%[2]d.6:50010",
		"Failed password for invalid user guest from 103.99.%[2]d.122 port %[3]d ssh2",
		"request %[1]d: GET /api/v2/items/%[3]d?page=%[2]d HTTP/1.1 status=200 bytes=%[3]d duration=%[2]dms",
		"worker-%[2]d: finished job %[1]d of queue default in 0.%[3]d seconds, 0 retries left",
		`{"level":"info","ts":%[1]d.%[2]d,"msg":"connection accepted from peer","remote":"10.1.%[2]d.9:%[3]d","ok":true}`,
		"instruction cache parity error corrected",
		"[instance: b9%06[3]d-fe1a-409b-b8cc-1e88b294cd1d] Took %[2]d.52 seconds to build instance.",
		"Notification time out: %[3]d, my id = %[2]d, error = ",
		"jk2_init() Found child %[3]d in scoreboard slot %[2]d",
		"setVisibility vis=%[3]d mask=ffffffff oldVal=%[2]d newVal=%[1]d diff=8 bounds=Rect(0, 0 - %[2]d, %[3]d), name=com.example.app.Main",
		"Failed to renew lease for [CLIENT_NONMAPREDUCE_%[1]d_1] for %[2]d seconds.  Will retry shortly ...",
		"connection from 24.54.%[2]d.216 (24-54-%[2]d-216.example.net) at Fri Jun 17 07:%02[4]d:00 2005",
	}
	r := rand.New(rand.NewPCG(1, 2))
	lines := make([]string, n)
	for i := range lines {
		lines[i] = fmt.Sprintf(formats[i%len(formats)], r.Int64N(1e15), r.IntN(250), r.IntN(60000), r.IntN(60))
		for k := 0; k < len(lines[i]); k++ {
			if lines[i][k] == '!' { // arguments that a format does not use
				lines[i] = lines[i][:max(0, k-1)]
			}
		}
	}
	return lines
}

func BenchmarkMask(b *testing.B) {
	lines := mixedLines(4096)
	total := 0
	for _, l := range lines {
		total += len(l)
	}
	m, err := New(Options{})
	require.NoError(b, err)
	var line Line
	b.SetBytes(int64(total / len(lines)))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		m.Mask(lines[i%len(lines)], &line)
	}
}
