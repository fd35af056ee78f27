// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package base // import "github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/base"

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/otelcol-aiops/otelcol-aiops/knowledgebaseextension/internal/store"
)

// Operations on the store.
const (
	opConnect = "connect"
	opFold    = "fold"
	opFollow  = "follow"
	opLease   = "lease"
	opListen  = "listen"
	opRead    = "read"
	opRetain  = "retain"
	opSave    = "save"
)

// health remembers which operations fail, and tells when that changes.
type health struct {
	observer Observer

	mu      sync.Mutex
	file    string // that messages name
	failing map[string]error
	told    *bool // whether something fails; nil until the first operation ended
}

// note takes in how an operation went.
func (h *health) note(operation string, err error) {
	if err != nil {
		h.observer.Failed(operation, err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if err != nil {
		h.failing[operation] = err
	} else {
		delete(h.failing, operation)
	}
	if failing := len(h.failing) > 0; h.told == nil || failing != *h.told {
		h.told = &failing
		h.observer.Health(h.worst())
	}
}

// worst is one of the errors, or nil.
func (h *health) worst() error {
	var all error
	for _, operation := range slices.Sorted(maps.Keys(h.failing)) {
		all = errors.Join(all, h.failing[operation])
	}
	return h.named(all)
}

// now is what fails at the moment, nil when nothing does.
func (h *health) now() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.worst()
}

func (h *health) of(operation string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.named(h.failing[operation])
}

// named says which file an error is about, and what to do about it.
func (h *health) named(err error) error {
	err = store.WithHint(err)
	if err == nil || h.file == "" {
		return err
	}
	return fmt.Errorf("%s: %w", h.file, err)
}
