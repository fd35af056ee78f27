// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package fillvalues

import (
	"encoding/base64"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
)

type maker = func(*rand.Rand) string

// kinds makes a value for each kind of placeholder.
var kinds = map[string]maker{
	// Addresses and names of machines.
	"ip": func(r *rand.Rand) string {
		return fmt.Sprintf("%d.%d.%d.%d", between(r, 1, 254), between(r, 1, 254), between(r, 1, 254), between(r, 1, 254))
	},
	"ip6": func(r *rand.Rand) string {
		return pick(r, "2001:db8:"+hex(r, 4)+"::"+hex(r, 2), "fe80::"+hex(r, 4)+":"+hex(r, 2)+"ff:fe"+hex(r, 2)+":"+hex(r, 4),
			"fd00:10:244::"+hex(r, 2), "::1")
	},
	"port": number(1024, 65535),
	"mac": func(r *rand.Rand) string {
		return strings.Join([]string{hex(r, 2), hex(r, 2), hex(r, 2), hex(r, 2), hex(r, 2), hex(r, 2)}, ":")
	},
	"host": func(r *rand.Rand) string {
		return pick(r, "web", "db", "cache", "mail", "gw", "node", "edge", "api") + pick(r, "-prod", "-stage", "-eu", "-cn", "") +
			pick(r, "", fmt.Sprintf("-%d", between(r, 1, 40))) + pick(r, "", ".example.com", ".internal")
	},
	"fqdn": func(r *rand.Rand) string {
		return pick(r, "mail", "mx", "www", "smtp", "api", "static") + "." +
			pick(r, "example.com", "example.org", "corp.example.net", "shop.example.cn")
	},
	"az": oneOf("us-east-1a", "eu-west-2b", "cn-hangzhou-h", "ap-southeast-1c"),

	// Numbers.
	"n": func(r *rand.Rand) string {
		return fmt.Sprint(between(r, 0, 9)*int(math.Pow10(between(r, 0, 3))) + between(r, 0, 9))
	},
	"big": number(1e7, 1e10),
	"f":   func(r *rand.Rand) string { return fmt.Sprintf("%.*f", between(r, 1, 6), r.Float64()*1000) },
	"exp": func(r *rand.Rand) string { return fmt.Sprintf("%.3e", r.Float64()*math.Pow10(between(r, -9, 9))) },
	"neg": format("-%d", 1, 999),
	"ln":  number(10, 900),
	"lat": func(r *rand.Rand) string { return fmt.Sprintf("%.4f", r.Float64()*180-90) },
	"pct": func(r *rand.Rand) string {
		return pick(r, fmt.Sprintf("%d%%", between(r, 0, 100)), fmt.Sprintf("%.2f%%", r.Float64()*100))
	},
	"ver": func(r *rand.Rand) string {
		return fmt.Sprintf("%d.%d.%d", between(r, 0, 9), between(r, 0, 30), between(r, 0, 99))
	},
	"size": func(r *rand.Rand) string {
		return pick(r, fmt.Sprintf("%d MB", between(r, 1, 900)), fmt.Sprintf("%.1fGiB", r.Float64()*90), fmt.Sprintf("%dKB", between(r, 1, 900)),
			fmt.Sprintf("%d bytes", between(r, 1, 9000)), fmt.Sprintf("%dMi", between(r, 1, 900)))
	},
	"sizeb": func(r *rand.Rand) string {
		return pick(r, fmt.Sprintf("%dMB", between(r, 1, 900)), fmt.Sprintf("%.1fGiB", r.Float64()*90),
			fmt.Sprintf("%dKB", between(r, 1, 900)), fmt.Sprintf("%.2fM", r.Float64()*900))
	},

	// Identifiers.
	"uuid": uuid,
	"UUID": func(r *rand.Rand) string { return strings.ToUpper(uuid(r)) },
	"h8":   digits(8), "h12": digits(12), "h40": digits(40), "h64": digits(64),
	"0x": func(r *rand.Rand) string { return "0x" + hex(r, 12) },
	"qp": func(r *rand.Rand) string { return strings.ToUpper(hex(r, 11)) },
	"b64": func(r *rand.Rand) string {
		return base64.StdEncoding.EncodeToString(bytes(r, between(r, 24, 45)))
	},
	"jwt": func(r *rand.Rand) string {
		return "eyJhbGciOiJIUzI1NiJ9." + base64.RawURLEncoding.EncodeToString(bytes(r, 30)) + "." + base64.RawURLEncoding.EncodeToString(bytes(r, 32))
	},
	"arn": func(r *rand.Rand) string {
		return fmt.Sprintf("arn:aws:lambda:eu-west-1:%012d:function:%s", between(r, 1e11, 1e12-1), pick(r, "resize", "notify", "ingest-orders"))
	},

	// Times.
	"iso":   func(r *rand.Rand) string { return stamp(r, "2026-%02d-%02dT%02d:%02d:%02d") + millis(r, ".") + "Z" },
	"sp":    func(r *rand.Rand) string { return stamp(r, "2026-%02d-%02d %02d:%02d:%02d") },
	"cts":   func(r *rand.Rand) string { return stamp(r, "2026-%02d-%02d %02d:%02d:%02d") + millis(r, ",") },
	"slash": func(r *rand.Rand) string { return stamp(r, "2026/%02d/%02d %02d:%02d:%02d") },
	"sys": func(r *rand.Rand) string {
		return pick(r, strings.Fields("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec")...) +
			fmt.Sprintf(" %2d %02d:%02d:%02d", between(r, 1, 28), between(r, 0, 23), between(r, 0, 59), between(r, 0, 59))
	},
	"clf": func(r *rand.Rand) string {
		return fmt.Sprintf("%02d/%s/2026:%02d:%02d:%02d +0%d00", between(r, 1, 28), pick(r, "Jan", "Feb", "Mar", "Dec"),
			between(r, 0, 23), between(r, 0, 59), between(r, 0, 59), between(r, 0, 9))
	},
	"klog": func(r *rand.Rand) string {
		return stamp(r, "%02d%02d %02d:%02d:%02d") + fmt.Sprintf(".%06d", between(r, 0, 999999))
	},
	"dur": func(r *rand.Rand) string {
		return pick(r, fmt.Sprintf("%dms", between(r, 1, 900)), fmt.Sprintf("%.2fs", r.Float64()*90),
			fmt.Sprintf("%dm%ds", between(r, 1, 59), between(r, 0, 59)), fmt.Sprintf("%.3fµs", r.Float64()*900),
			fmt.Sprintf("%dh%dm%ds", between(r, 1, 9), between(r, 1, 59), between(r, 1, 59)))
	},

	// Paths, addresses of the web and of mail.
	"path": func(r *rand.Rand) string {
		var b strings.Builder
		for range between(r, 2, 4) {
			b.WriteString("/" + pick(r, "var", "lib", "data", "etc", "opt", "srv", "home", "images", "app", "tmp", "spool"))
		}
		return b.String() + "/" + pick(r, "a.log", "b.conf", "state", "x.db", "report.pdf", fmt.Sprintf("core.%d", between(r, 1, 999)))
	},
	"url": func(r *rand.Rand) string {
		return pick(r, "http", "https") + "://" + pick(r, "api.example.com", "10.0.0.7:8080", "svc.local", "shop.example.cn") + "/" +
			pick(r, "v1/orders", "login", fmt.Sprintf("items/%d", between(r, 1, 999)), "search") +
			pick(r, "", "?q=a%20b&page=2", "?token="+hex(r, 10), fmt.Sprintf("?id=%d", between(r, 1, 99)))
	},
	"rpath": func(r *rand.Rand) string {
		return "/" + pick(r, "api/v1/orders", "login", "index.php", "wp-admin/setup.php", fmt.Sprintf("items/%d", between(r, 1, 9999)),
			"static/app.js", fmt.Sprintf("search?q=red+shoes&page=%d", between(r, 1, 9)))
	},
	"email": func(r *rand.Rand) string {
		return pick(r, "alice", "bob.smith", "ops+alerts", "no-reply", "maria") + "@" + pick(r, "example.com", "mail.example.org", "corp.example.cn")
	},
	"ua": oneOf("curl/8.5.0",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
		"Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0",
		"python-requests/2.31.0", "kube-probe/1.29", "Go-http-client/1.1"),
	"m":   oneOf("GET", "POST", "PUT", "DELETE"),
	"st2": oneOf("200", "201", "204"), "st3": oneOf("301", "302", "304"),
	"st4": oneOf("400", "401", "404", "429"), "st5": oneOf("500", "502", "503", "504"),

	// Names of people and things.
	"user": oneOf("alice", "bob", "carol", "dmitri", "erin", "fatima", "giulia", "hiroshi", "ivan", "jose", "kwame", "lena", "maria", "nikos", "olga"),
	"cn":   oneOf("张伟", "王芳", "李娜", "刘洋", "陈静"),
	"city": oneOf("上海", "北京", "深圳", "杭州"),
	"pod": func(r *rand.Rand) string {
		return pick(r, "checkout", "payment-api", "coredns", "ingress-nginx-controller", "web") + "-" + hex(r, 9) + "-" + from(r, "bcdfghjklmnpqrstvwxz2456789", 5)
	},
	"ns":  oneOf("default", "kube-system", "shop", "monitoring", "team-a"),
	"tbl": oneOf("orders", "customers", "public.invoices", "sales.line_items", "t_user", "dw.ods_log"),
	"db":  oneOf("shop", "analytics", "crm", "inventory"),
	"q":   oneOf("jobs", "mail", "orders.created", "billing", "dlq"),
	"cls": oneOf("OrderService", "UserController", "PaymentJob", "InventorySync"),
	"dotn": func(r *rand.Rand) string {
		return pick(r, "com.acme.app", "org.shop.core", "io.corp.svc") + "." + pick(r, "Main", "Worker", "Api")
	},
}

// stamp fills month, day, hour, minute and second into a format.
func stamp(r *rand.Rand, layout string) string {
	return fmt.Sprintf(layout, between(r, 1, 12), between(r, 1, 28), between(r, 0, 23), between(r, 0, 59), between(r, 0, 59))
}

func millis(r *rand.Rand, mark string) string { return fmt.Sprintf("%s%03d", mark, between(r, 0, 999)) }

func uuid(r *rand.Rand) string {
	return strings.Join([]string{hex(r, 8), hex(r, 4), hex(r, 4), hex(r, 4), hex(r, 12)}, "-")
}

func hex(r *rand.Rand, n int) string { return from(r, "0123456789abcdef", n) }

func digits(n int) maker { return func(r *rand.Rand) string { return hex(r, n) } }

func from(r *rand.Rand, alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(b)
}

func bytes(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.IntN(256))
	}
	return b
}

// between returns a number from low to high, both included.
func between(r *rand.Rand, low, high int) int { return low + r.IntN(high-low+1) }

func number(low, high int) maker { return format("%d", low, high) }

func format(layout string, low, high int) maker {
	return func(r *rand.Rand) string { return fmt.Sprintf(layout, between(r, low, high)) }
}

func pick(r *rand.Rand, values ...string) string { return values[r.IntN(len(values))] }

func oneOf(values ...string) maker { return func(r *rand.Rand) string { return pick(r, values...) } }
