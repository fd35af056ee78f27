// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package kafka tests the configs for agents and gateways with Kafka between them. They
// run on kfake, or on the broker that OTELCOL_AIOPS_KAFKA names as host:port.
package kafka
