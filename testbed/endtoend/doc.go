// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package endtoend tests what a user of Loki and Prometheus sees: the real
// distribution with the shipped configs writes to the real backends, and the
// tests ask those. Run it with `make test-backends`.
package endtoend
