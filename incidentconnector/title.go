// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package incidentconnector // import "github.com/otelcol-aiops/otelcol-aiops/incidentconnector"

import (
	"fmt"
	"strings"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/incidentconnector/internal/incident"
)

// titleSigns is how many families of the root service a title names.
const titleSigns = 3

// title is a sentence about an incident: which service, what is wrong with it, since when,
// what came first, and how far it goes.
func title(ev *incident.Event, slot time.Duration) string {
	in := &ev.Incident
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", in.Root, symptoms(in))
	if ev.Stage == incident.Closed {
		fmt.Fprintf(&b, ", over after %s", max(slot, time.Duration(in.End-in.Start)).Round(slot))
	} else {
		fmt.Fprintf(&b, " since %s UTC", time.Unix(0, in.Start).UTC().Format("15:04"))
	}
	if first := firstSign(in); first != nil {
		fmt.Fprintf(&b, ", first sign: %s", sign(first))
		if first.Service != in.Root {
			fmt.Fprintf(&b, " in %s", first.Service)
		}
	}
	if others := len(affected(in)) - 1; others > 0 {
		fmt.Fprintf(&b, "; %d more %s affected", others, plural(others, "service"))
	}
	return b.String()
}

// symptoms are what changed in the root service: of each family once, the most surprising
// first. Members are in that order.
func symptoms(in *incident.Incident) string {
	var all []string
	seen := map[string]bool{}
	for i := range in.Members {
		m := &in.Members[i]
		what := symptom(m)
		if m.Service != in.Root || seen[what] || len(all) == titleSigns {
			continue
		}
		seen[what] = true
		all = append(all, what)
	}
	switch len(all) {
	case 0:
		return "out of the ordinary"
	case 1:
		return all[0]
	}
	return strings.Join(all[:len(all)-1], ", ") + " and " + all[len(all)-1]
}

func symptom(m *incident.Member) string {
	switch {
	case m.Kind == incident.Records && m.New:
		return "new errors"
	case m.Kind == incident.Records:
		return "more errors"
	case m.Family == incident.Other:
		return m.Name + direction(m)
	default:
		return m.Family.String() + direction(m)
	}
}

func direction(m *incident.Member) string {
	switch {
	case m.Kind == incident.Score:
		return " unusual"
	case m.Up:
		return " up"
	default:
		return " down"
	}
}

func affected(in *incident.Incident) map[string]bool {
	services := map[string]bool{in.Root: true}
	for i := range in.Members {
		services[in.Members[i].Service] = true
	}
	return services
}

func plural(n int, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}
