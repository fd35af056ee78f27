// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package validate words what the components' configurations refuse.
package validate // import "github.com/otelcol-aiops/otelcol-aiops/internal/validate"

import (
	"fmt"
	"time"
)

// InRange returns an error that names the key, the value and what is accepted,
// unless the value lies between low and high.
func InRange[T int | time.Duration](key string, got, low, high T) error {
	if got < low || got > high {
		return fmt.Errorf("%s must be between %v and %v, got %v", key, low, high, got)
	}
	return nil
}

// NotBoth returns an error when two keys are set of which one is enough.
func NotBoth(a string, hasA bool, b string, hasB bool) error {
	if hasA && hasB {
		return fmt.Errorf("%s and %s exclude each other: set one of them", a, b)
	}
	return nil
}
