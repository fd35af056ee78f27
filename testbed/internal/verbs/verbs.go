// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// Package verbs measures whether the verb beside a failure frame stays in the
// template, however many verbs there are: what failed is what is meant.
package verbs

import (
	"context"
	"strings"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/fillvalues"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/harness"
)

// Frames say that a verb failed; %[1]s is the verb, %[2]s its -ing form.
var Frames = []string{
	"failed to %[1]s «path»",
	"cannot %[1]s «path»",
	"unable to %[1]s «path»",
	"error while %[2]s «path»",
	"%[1]s failed for «path»",
}

// Verbs are what is tried, written as forms reads them.
var Verbs = strings.Fields("open read writ/e delet/e remov/e load sav/e pars/e connect start stop+p mount bind listen accept send " +
	"receiv/e fetch commit+t flush lock allocat/e resolv/e encrypt decrypt compress upload download register authenticat/e " +
	"validat/e updat/e execut/e schedul/e restor/e migrat/e rotat/e attach import publish")

// forms are the verb and its -ing form: a slash marks the letter that -ing takes
// off, a plus one that it puts in.
func forms(v string) (verb, ing string) {
	if stem, off, ok := strings.Cut(v, "/"); ok {
		return stem + off, stem + "ing"
	}
	stem, in, _ := strings.Cut(v, "+")
	return stem, stem + in + "ing"
}

// linesPerVerb is how many lines are made of each verb in a frame.
const linesPerVerb = 20

// InFrame is what became of all verbs in one frame.
type InFrame struct {
	Frame            string
	Verbs, Templates int
	// OwnTemplate and OwnCluster are how many verbs have one in which no other is.
	OwnTemplate, OwnCluster int
}

// Score streams each frame with all verbs, shuffled, as a service of its own.
func Score(ctx context.Context) ([]InFrame, error) {
	out := make([]InFrame, len(Frames))
	for k, frame := range Frames {
		r := dataset.Random(uint64(k) + 1)
		rs := make([]harness.Record, 0, linesPerVerb*len(Verbs))
		source := make([]int, 0, cap(rs))
		for i, v := range Verbs {
			verb, ing := forms(v)
			// Not every frame has both forms.
			said := strings.NewReplacer("%[1]s", verb, "%[2]s", ing).Replace(frame)
			for range linesPerVerb {
				line, _ := fillvalues.Fill(r, said)
				rs, source = append(rs, harness.Record{Service: "verbs", Body: line}), append(source, i)
			}
		}
		r.Shuffle(len(rs), func(i, j int) {
			rs[i], rs[j] = rs[j], rs[i]
			source[i], source[j] = source[j], source[i]
		})
		answers, err := stream(ctx, rs)
		if err != nil {
			return nil, err
		}
		templates, clusters := make([]string, len(answers)), make([]string, len(answers))
		for i, a := range answers {
			templates[i], clusters[i] = a.TemplateID, a.ClusterID
		}
		out[k] = InFrame{Frame: shown(frame), Verbs: len(Verbs)}
		out[k].OwnTemplate, out[k].Templates = own(source, templates)
		out[k].OwnCluster, _ = own(source, clusters)
	}
	return out, nil
}

func stream(ctx context.Context, rs []harness.Record) ([]harness.Answer, error) {
	s, err := harness.NewStream(ctx)
	if err != nil {
		return nil, err
	}
	_, final, err := s.FeedTwice(ctx, rs)
	if stopped := s.Stop(ctx); err == nil {
		err = stopped
	}
	return final, err
}

func shown(frame string) string {
	return strings.NewReplacer("%[1]s", "VERB", "%[2]s", "VERBing", "«path»", "<path>").Replace(frame)
}

// own counts the sources all of whose lines have one ID that no other has, and
// the IDs.
func own(source []int, ids []string) (alone, distinct int) {
	sources, groups := map[string]map[int]bool{}, map[int]map[string]bool{}
	for k, id := range ids {
		if sources[id] == nil {
			sources[id] = map[int]bool{}
		}
		if groups[source[k]] == nil {
			groups[source[k]] = map[string]bool{}
		}
		sources[id][source[k]] = true
		groups[source[k]][id] = true
	}
	for _, g := range groups {
		for id := range g {
			if len(g) == 1 && len(sources[id]) == 1 {
				alone++
			}
		}
	}
	return alone, len(sources)
}
