// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package wild

import (
	"context"
	"fmt"
	"strings"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/harness"
)

// Held is of how many inputs everything holds.
type Held struct {
	Inputs, Hold int
	Failed       []string
}

// ScoreInputs streams each input as a service of its own.
func ScoreInputs(ctx context.Context, d *Data) (Held, error) {
	services := make([]Service, 0, len(d.Inputs))
	for _, x := range d.Inputs {
		services = append(services, Service{x.ID, x.Lines})
	}
	answers, err := Run(ctx, services, nil)
	if err != nil {
		return Held{}, err
	}
	out := Held{Inputs: len(d.Inputs)}
	for i, x := range d.Inputs {
		failed := ""
		for _, c := range x.Checks {
			if !c.holds(answers[i].Second) {
				failed += fmt.Sprintf(" %s %d %d %s", c.Op, c.I, c.J, c.Text)
			}
		}
		if failed == "" {
			out.Hold++
		} else {
			out.Failed = append(out.Failed, fmt.Sprintf("%s (%s):%s; %s", x.ID, x.Kind, failed, answers[i].Second[0].Template))
		}
	}
	return out, nil
}

// holds checks the answers of the second pass. What has no ID is equal to nothing.
func (c Check) holds(a []harness.Answer) bool {
	switch c.Op {
	case "t=":
		return a[c.I].TemplateID == a[c.J].TemplateID && a[c.J].TemplateID != ""
	case "t!=":
		return a[c.I].TemplateID != a[c.J].TemplateID
	case "c=":
		return a[c.I].ClusterID == a[c.J].ClusterID && a[c.J].ClusterID != ""
	case "c!=":
		return a[c.I].ClusterID != a[c.J].ClusterID
	case "has":
		return strings.Contains(a[c.I].Template, c.Text)
	default:
		return !strings.Contains(a[c.I].Template, c.Text)
	}
}
