// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"encoding/base64"
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
)

// filler draws values for the placeholders of wild/logs.json, such as «ip».
type filler struct{ *rand.Rand }

func newFiller(seed uint64) filler { return filler{rand.New(rand.NewPCG(seed, 1))} }

// drawn is a value and the placeholder that it was drawn for.
type drawn struct{ kind, value string }

var hole = regexp.MustCompile(`«(\w+)»`)

func (f filler) fill(text string) (line string, used []drawn) {
	line = hole.ReplaceAllStringFunc(text, func(m string) string {
		kind := strings.Trim(m, "«»")
		v := f.draw(kind)
		used = append(used, drawn{kind, v})
		return v
	})
	return line, used
}

func (f filler) in(low, high int) int { return low + f.IntN(high-low+1) }

func (f filler) of(n int, alphabet string) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[f.IntN(len(alphabet))]
	}
	return string(b)
}

func (f filler) hex(n int) string { return f.of(n, "0123456789abcdef") }

func (f filler) one(items string) string { return f.choice(strings.Fields(items)...) }

func (f filler) choice(items ...string) string { return items[f.IntN(len(items))] }

// bytes of base64.
func (f filler) blob(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(f.IntN(256))
	}
	return b
}

// format fills a format whose verbs are %[low,high]d, numbers drawn at random.
var span = regexp.MustCompile(`%(\d*)\[(\d+),(\d+)\]`)

func (f filler) format(s string) string {
	return span.ReplaceAllStringFunc(s, func(v string) string {
		m := span.FindStringSubmatch(v)
		low, _ := strconv.Atoi(m[2])
		high, _ := strconv.Atoi(m[3])
		width, _ := strconv.Atoi(m[1])
		return fmt.Sprintf("%0*d", width, f.in(low, high))
	})
}

const (
	day   = "%2[1,28]"
	clock = "%2[0,23]:%2[0,59]:%2[0,59]"
	month = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
)

var formats = map[string][]string{
	"ip": {"%[1,254].%[1,254].%[1,254].%[1,254]"}, "port": {"%[1024,65535]"}, "big": {"%[10000000,9999999999]"},
	"neg": {"-%[1,999]"}, "ver": {"%[0,9].%[0,30].%[0,99]"}, "ln": {"%[10,900]"},
	"iso": {"2026-%2[1,12]-" + day + "T" + clock + ".%3[0,999]Z"}, "sp": {"2026-%2[1,12]-" + day + " " + clock},
	"cts": {"2026-%2[1,12]-" + day + " " + clock + ",%3[0,999]"}, "slash": {"2026/%2[1,12]/" + day + " " + clock},
	"klog": {"%2[1,12]" + day + " " + clock + ".%6[0,999999]"},
	"dur":  {"%[1,900]ms", "%[0,89].%2[0,99]s", "%[1,59]m%[0,59]s", "%[0,899].%3[0,999]µs", "%[1,9]h%[1,59]m%[1,59]s"},
	"size": {"%[1,900] MB", "%[0,89].%[0,9]GiB", "%[1,900]KB", "%[1,9000] bytes", "%[1,900]Mi"},
	"sizeb": {
		"%[1,900]MB", "%[0,89].%[0,9]GiB", "%[1,900]KB", "%[0,899].%2[0,99]M",
	},
	"pct": {"%[0,100]%", "%[0,99].%2[0,99]%"}, "lat": {"%[0,90].%4[0,9999]", "-%[0,90].%4[0,9999]"},
}

var choices = map[string]string{
	"user": "alice bob carol dmitri erin fatima giulia hiroshi ivan jose kwame lena maria nikos olga",
	"ns":   "default kube-system shop monitoring team-a",
	"tbl":  "orders customers public.invoices sales.line_items t_user dw.ods_log",
	"db":   "shop analytics crm inventory", "q": "jobs mail orders.created billing dlq",
	"cls": "OrderService UserController PaymentJob InventorySync",
	"st2": "200 201 204", "st4": "400 401 404 429", "st5": "500 502 503 504", "st3": "301 302 304",
	"m": "GET POST PUT DELETE", "cn": "张伟 王芳 李娜 刘洋 陈静", "city": "上海 北京 深圳 杭州",
	"az":    "us-east-1a eu-west-2b cn-hangzhou-h ap-southeast-1c",
	"email": "alice bob.smith ops+alerts no-reply maria",
}

func (f filler) draw(kind string) string {
	if forms := formats[kind]; forms != nil {
		return f.format(f.choice(forms...))
	}
	if items := choices[kind]; items != "" {
		v := f.one(items)
		if kind == "email" {
			v += "@" + f.one("example.com mail.example.org corp.example.cn")
		}
		return v
	}
	switch kind {
	case "n":
		return strconv.Itoa(f.in(0, 9)*int(math.Pow10(f.in(0, 3))) + f.in(0, 9))
	case "f":
		return strconv.FormatFloat(f.Float64()*1000, 'f', f.in(1, 6), 64)
	case "exp":
		return strconv.FormatFloat(f.Float64()*math.Pow10(f.in(-9, 9)), 'e', 3, 64)
	case "h8", "h12", "h40", "h64":
		n, _ := strconv.Atoi(kind[1:])
		return f.hex(n)
	case "0x":
		return "0x" + f.hex(12)
	case "uuid", "UUID":
		v := strings.Join([]string{f.hex(8), f.hex(4), f.hex(4), f.hex(4), f.hex(12)}, "-")
		if kind == "UUID" {
			v = strings.ToUpper(v)
		}
		return v
	case "ip6":
		return f.choice("2001:db8:"+f.hex(4)+"::"+f.hex(2), "fe80::"+f.hex(4)+":"+f.hex(2)+"ff:fe"+f.hex(2)+":"+f.hex(4), "fd00:10:244::"+f.hex(2), "::1")
	case "mac":
		return strings.Join([]string{f.hex(2), f.hex(2), f.hex(2), f.hex(2), f.hex(2), f.hex(2)}, ":")
	case "qp":
		return f.of(11, "0123456789ABCDEF")
	case "sys":
		return f.one(month) + fmt.Sprintf(" %2d ", f.in(1, 28)) + f.format(clock)
	case "clf":
		return f.format(day + "/" + f.one("Jan Feb Mar Dec") + "/2026:" + clock + " +0%[0,9]00")
	case "b64":
		return base64.StdEncoding.EncodeToString(f.blob(f.in(24, 45)))
	case "jwt":
		raw := base64.RawURLEncoding
		return "eyJhbGciOiJIUzI1NiJ9." + raw.EncodeToString(f.blob(30)) + "." + raw.EncodeToString(f.blob(32))
	}
	return f.place(kind)
}

// place draws the names of things.
func (f filler) place(kind string) string {
	n := strconv.Itoa(f.in(1, 999))
	switch kind {
	case "host":
		return f.one("web db cache mail gw node edge api") + f.choice("-prod", "-stage", "-eu", "-cn", "") +
			f.choice("", f.format("-%[1,40]")) + f.choice("", ".example.com", ".internal")
	case "fqdn":
		return f.one("mail mx www smtp api static") + "." + f.one("example.com example.org corp.example.net shop.example.cn")
	case "path":
		p := ""
		for range f.in(2, 4) {
			p += "/" + f.one("var lib data etc opt srv home images app tmp spool")
		}
		return p + "/" + f.choice("a.log", "b.conf", "state", "x.db", "report.pdf", "core."+n)
	case "url":
		return f.one("http https") + "://" + f.one("api.example.com 10.0.0.7:8080 svc.local shop.example.cn") + "/" +
			f.choice("v1/orders", "login", "items/"+n, "search") + f.choice("", "?q=a%20b&page=2", "?token="+f.hex(10), "?id="+n)
	case "rpath":
		return "/" + f.choice("api/v1/orders", "login", "index.php", "wp-admin/setup.php", "items/"+n, "static/app.js", "search?q=red+shoes&page="+n)
	case "pod":
		return f.one("checkout payment-api coredns ingress-nginx-controller web") + "-" + f.hex(9) + "-" + f.of(5, "bcdfghjklmnpqrstvwxz2456789")
	case "dotn":
		return f.one("com.acme.app org.shop.core io.corp.svc") + "." + f.one("Main Worker Api")
	case "arn":
		return "arn:aws:lambda:eu-west-1:" + f.of(12, "123456789") + ":function:" + f.one("resize notify ingest-orders")
	case "ua":
		return f.choice("curl/8.5.0", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
			"Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0", "python-requests/2.31.0", "kube-probe/1.29", "Go-http-client/1.1")
	}
	panic("no such placeholder: " + kind)
}
