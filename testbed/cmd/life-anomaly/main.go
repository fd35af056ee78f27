// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

// dev loop
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/anomaly"
	"github.com/otelcol-aiops/otelcol-aiops/testbed/internal/dataset"
)

func main() {
	dir := flag.String("dir", "", "")
	half := flag.Int("half", -1, "")
	only := flag.String("only", "", "")
	v := flag.Bool("v", false, "")
	tuned := flag.Bool("tuned", false, "also kpi wsd kinds nab")
	show := flag.String("show", "", "")
	life := flag.Bool("life", true, "")
	flag.Parse()
	ctx := context.Background()
	if strings.HasPrefix(*show, "tt") {
		s, _, _, err := dataset.Faults(base0(), "2023-01-29")
		if err != nil {
			log.Fatal(err)
		}
		fl, err := anomaly.Flags(ctx, s)
		if err != nil {
			log.Fatal(err)
		}
		n := map[string]int{}
		hour := [20]int{}
		for i := range s {
			_, c, _ := strings.Cut(s[i].Name, " ")
			ep := anomaly.Episodes(fl[i])
			n[c] += len(ep)
			for _, e := range ep {
				hour[(e[0]-1674981669e9)/3600e9]++
			}
			if strings.HasPrefix(s[i].Name, (*show)[2:]) && len(*show) > 2 {
				fmt.Println(s[i].Name, len(ep))
			}
		}
		fmt.Println(n, hour)
		return
	}
	if *show != "" {
		all, err := dataset.Life(*dir)
		if err != nil {
			log.Fatal(err)
		}
		for i := range all {
			if all[i].Name != *show {
				continue
			}
			vv, err := anomaly.Process(ctx, []dataset.Series{all[i].Series})
			if err != nil {
				log.Fatal(err)
			}
			last := 0
			for r, sc := range vv[0].Score {
				if sc >= 0.5 || vv[0].Kind[r] != "" {
					if r > last+1 {
						fmt.Println()
					}
					last = r
					fmt.Printf("%d %s %v v %.4g exp %.4g score %.2f %s lower %.4g upper %.4g\n", r, time.Unix(0, all[i].At[r]).UTC().Format("02T15:04:05"), r >= all[i].EvalFrom, all[i].Value[r], vv[0].Expected[r], sc, vv[0].Kind[r], vv[0].Lower[r], vv[0].Upper[r])
				}
			}
		}
		return
	}
	base, err := dataset.Dir()
	if err != nil {
		log.Fatal(err)
	}
	if *dir == "" {
		*dir = filepath.Join(base, "life")
	}
	if *life {
		all, err := dataset.Life(*dir)
		if err != nil {
			log.Fatal(err)
		}
		k := 0
		for i := range all {
			f := anomaly.Family{Name: all[i].Family}
			if *half >= 0 && f.Half() != *half {
				continue
			}
			if *only != "" && !strings.Contains(all[i].Family, *only) {
				continue
			}
			all[k] = all[i]
			k++
		}
		fam, err := anomaly.Life(ctx, all[:k])
		if err != nil {
			log.Fatal(err)
		}
		for _, f := range fam {
			switch {
			case f.Quiet && (*v || !f.Bearable() || f.Rising()):
				fmt.Printf("Q%d %-40s %5.2f  weeks %v\n", f.Half(), f.Name, f.Rate(), f.Weeks)
			case !f.Quiet && (*v || f.Found < f.Events || f.Soon < f.Events || f.Right < f.Found):
				fmt.Printf("I%d %-40s %d/%d soon %d right %d  alarms %.2f\n", f.Half(), f.Name, f.Found, f.Events, f.Soon, f.Right, f.Rate())
			}
		}
		for h := -1; h < 2; h++ {
			t := anomaly.Sum(fam, func(f *anomaly.Family) bool { return h < 0 || f.Half() == h })
			fmt.Printf("half %2d: quiet %d/%d mean %.3f rising %d | full %d/%d events %d/%d soon %d right %d (%.2f)\n", h, t.Bearable, t.Quiet, t.Alarms, t.Rising, t.Full, t.Incident, t.Found, t.Events, t.Soon, t.Right, float64(t.Right)/float64(max(1, t.Found)))
		}
	}
	if *tuned {
		var quiet anomaly.Result
		for _, name := range []string{"kpi", "wsd", "kinds", "nab"} {
			var s []dataset.Series
			switch name {
			case "kinds":
				s, err = dataset.Kinds(base)
			case "nab":
				s, err = dataset.NAB(base)
			default:
				s, err = dataset.Operations(base, name)
			}
			if err != nil {
				log.Fatal(err)
			}
			vv, err := anomaly.Process(ctx, s)
			if err != nil {
				log.Fatal(err)
			}
			sum := anomaly.Summarize(name, vv)
			quiet.False += sum.Quiet.False
			quiet.Days += sum.Quiet.Days
			at := anomaly.At(anomaly.Scores(vv), 1)
			fmt.Printf("%-5s F1 %.3f nab %.1f right %.3f alarms %.3f | at 1: F1 %.3f recall %.2f prec %.2f\n", name, sum.F1, sum.NAB, sum.Right, sum.Alarms, at.F1(), at.Recall(), at.Precision())
		}
		fmt.Printf("quiet %.3f\n", quiet.Rate())
	}
	for _, x := range [][2]float64{{1.5, 30}, {2, 30}, {3, 10}, {5, 5}} {
		s := anomaly.Shifts(40, x[0], 1)
		fl, err := anomaly.Flags(ctx, s)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("shift %v within %v: %d of 40; ", x[0], x[1], anomaly.Within(s, fl, int(x[1])))
	}
	fmt.Println()
	{
		s := anomaly.Hourly(40, 1)
		vv, err := anomaly.Process(ctx, s)
		if err != nil {
			log.Fatal(err)
		}
		at := anomaly.At(anomaly.Scores(vv), 1)
		fmt.Printf("hourly: recall %.2f F1 %.2f alarms %.3f\n", at.Recall(), at.F1(), at.Rate())
	}
	for _, day := range []string{"2023-01-29", "2022-08-22"} {
		s, pods, faults, err := dataset.Faults(base, day)
		if err != nil {
			log.Fatal(err)
		}
		r, err := anomaly.Faults(ctx, s, pods, faults)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s: %d series %d flagged, %d false %.2f a day; %d of %d seen\n", day, r.Series, r.Flagged, r.False, r.Rate(), r.Seen, r.Faults)
	}
	_ = json.NewEncoder(os.Stdout)
}

func base0() string { d, _ := dataset.Dir(); return d }
