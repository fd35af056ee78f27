// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package faults runs the distribution on disks that are sick, and ends it at bad
// moments. docs/faults.md has the table of what is promised.
package faults
