// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !amd64 && !arm64

package series // import "github.com/otelcol-aiops/otelcol-aiops/internal/series"

import "unsafe"

func prefetch(unsafe.Pointer, uintptr) {}
