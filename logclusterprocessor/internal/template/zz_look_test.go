package template

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"
)

func message(s string) string {
	for {
		var m map[string]any
		if json.Unmarshal([]byte(strings.TrimSpace(s)), &m) != nil {
			return strings.TrimRight(s, "\n")
		}
		next := ""
		for _, k := range []string{"log", "message", "msg"} {
			if v, ok := m[k].(string); ok {
				next = v
				break
			}
		}
		if next == "" {
			return s
		}
		s = next
	}
}

func TestLook(t *testing.T) {
	raw := os.Getenv("RAW") != ""
	svc := map[string][]string{}
	files, _ := filepath.Glob(filepath.Join(dataDir(t), "faults", "*", "logs.csv.gz"))
	if f := os.Getenv("FILE"); f != "" {
		files = nil
		b, _ := os.Open(f)
		sc := bufio.NewScanner(b)
		sc.Buffer(nil, 1<<20)
		for sc.Scan() {
			svc[f] = append(svc[f], sc.Text())
		}
	}
	for _, f := range files {
		r, _ := os.Open(f)
		z, _ := gzip.NewReader(r)
		rows, _ := csv.NewReader(z).ReadAll()
		for _, row := range rows[1:] {
			s := row[3]
			if !raw {
				s = message(s)
			}
			svc[row[2]+filepath.Dir(f)[len(filepath.Dir(f))-3:]] = append(svc[row[2]+filepath.Dir(f)[len(filepath.Dir(f))-3:]], s)
		}
	}
	lines, changed, agree := 0, 0, 0
	var names []string
	for n := range svc {
		names = append(names, n)
	}
	sort.Strings(names)
	var line mask.Line
	for _, n := range names {
		run := func(in []string) (ids []uint64, es []*Entry[int]) {
			m := New[int](Limits{})
			for i, text := range in {
				masker.Mask(text, &line)
				e := m.Match(line.Shape, line.Check)
				if e == nil {
					e = m.Learn(&line, int64(i)).Entry
				}
				e.Seen(1, int64(i))
				ids = append(ids, e.Template().PublicID())
				es = append(es, e)
			}
			return
		}
		ids, es := run(svc[n])
		rev := make([]string, len(ids))
		for i, s := range svc[n] {
			rev[len(rev)-1-i] = s
		}
		_, rs := run(rev)
		count, ex := map[string]int{}, map[string]string{}
		for i, e := range es {
			lines++
			if e.Template().PublicID() != ids[i] {
				changed++
			}
			if e.Template().PublicID() == rs[len(rs)-1-i].Template().PublicID() {
				agree++
			}
			tx := e.Template().Text()
			count[tx]++
			ex[tx] = svc[n][i]
		}
		fmt.Printf("## %s %d lines %d templates\n", n, len(ids), len(count))
		var ts []string
		for tx := range count {
			ts = append(ts, tx)
		}
		sort.Strings(ts)
		for k, tx := range ts {
			if k < 400 {
				fmt.Printf("%6d %.230q\n         %.200q\n", count[tx], tx, ex[tx])
			}
		}
	}
	fmt.Printf("lines %d changed %.3f%% agree %.3f%%\n", lines, 100*float64(changed)/float64(lines), 100*float64(agree)/float64(lines))
}
