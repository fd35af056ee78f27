// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package kafkapartitionerextension chooses the partition of a topic by chosen
// resource attributes, so that whatever learns from a service meets all of it.
package kafkapartitionerextension // import "github.com/otelcol-aiops/otelcol-aiops/kafkapartitionerextension"

//go:generate go tool -modfile=../tools/go.mod mdatagen metadata.yaml
