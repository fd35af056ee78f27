// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

//go:build amd64 || arm64

package series // import "github.com/otelcol-aiops/otelcol-aiops/internal/series"

import "unsafe"

// prefetch asks for memory that will be needed, and does not wait for it. It
// reads nothing, so other callers may write there.
//
//go:noescape
func prefetch(p unsafe.Pointer, size uintptr)
