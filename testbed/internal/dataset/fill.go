// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package dataset

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
)

// Random returns a generator that makes the same values in every run.
func Random(seed uint64) *rand.Rand {
	return rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // a benchmark must be repeatable, not secret
}

var placeholder = regexp.MustCompile(`<(\w+)>`)

// Fill replaces each typed placeholder of a message by a value of its type, the
// way gen_errors.py beside the data does (same vocabularies and shapes; the
// random sequence differs). Unknown placeholders stay as they are.
func Fill(r *rand.Rand, text string) string {
	return placeholder.ReplaceAllStringFunc(text, func(m string) string {
		if fill, ok := fills[m[1:len(m)-1]]; ok {
			return fill(r)
		}
		return m
	})
}

var (
	nouns      = strings.Fields("orders customers line_items invoices users sessions events payments accounts products shipments inventory audit_log metrics tickets employees stores reviews carts refunds devices readings alerts jobs tasks")
	columns    = strings.Fields("id customer_id amount created_at updated_at status price qty email name sku country zip_code ts payload user_id total discount ref_no is_active")
	functions  = strings.Fields("lower concat date_trunc sum avg json_extract regexp_replace to_timestamp substr coalesce percentile my_udf parse_url array_agg split_part")
	users      = strings.Fields("app_rw alice bob etl_user svc_orders report_ro admin readonly carol billing")
	schemas    = strings.Fields("public sales hr analytics staging raw prod_eu warehouse finance")
	types      = strings.Fields("integer bigint text numeric(10,2) timestamp date boolean varchar(64) double jsonb uuid ARRAY<STRING> STRUCT<a:INT>")
	errnos     = strings.Split("No such file or directory|Permission denied|Input/output error|No space left on device|Connection reset by peer|Too many open files|Is a directory|Broken pipe|Operation timed out|Read-only file system", "|")
	extensions = strings.Fields("postgis hstore pg_trgm pgcrypto ltree")
	operators  = strings.Fields("= <> < >= || @> ->>")
	params     = strings.Fields("work_mem spark.sql.ansi.enabled max_connections timezone spark.executor.memory sql_mode shared_buffers batchSize compression mergeSchema")
	encodings  = strings.Fields("UTF8 LATIN1 SQL_ASCII WIN1252 EUC_JP")
	charsets   = strings.Fields("utf8mb4 latin1 utf8mb4_bin gbk ascii")
	chars      = strings.Split(`abcxyz%\;`, "")
)

// fills makes a value for each placeholder type. Built in init, since some
// values contain others.
var fills map[string]func(*rand.Rand) string

func init() {
	fills = map[string]func(*rand.Rand) string{
		"table": func(r *rand.Rand) string {
			return oneOf(r,
				func() string { return pick(r, nouns) },
				func() string { return pick(r, schemas) + "." + pick(r, nouns) },
				func() string { return numbered(r, pick(r, nouns), 400) },
				func() string { return fmt.Sprintf("`%s`.`%s`", pick(r, schemas), pick(r, nouns)) })
		},
		"column": func(r *rand.Rand) string { return maybe(r, pick(r, columns), 9) },
		"func":   from(functions),
		"user": func(r *rand.Rand) string {
			return oneOf(r,
				func() string { return pick(r, users) },
				func() string { return pick(r, users) + integer(r, 1, 99) })
		},
		"database": func(r *rand.Rand) string {
			return pick(r, schemas) + pick(r, []string{"", "_db", "_" + integer(r, 1, 40)})
		},
		"schema": func(r *rand.Rand) string { return maybe(r, pick(r, schemas), 40) },
		"index": func(r *rand.Rand) string {
			return pick(r, nouns) + "_" + pick(r, columns) + "_" + pick(r, []string{"idx", "key", "pkey"})
		},
		"type": from(types),
		"constraint": func(r *rand.Rand) string {
			return pick(r, nouns) + "_" + pick(r, columns) + "_" + pick(r, []string{"fkey", "check", "key"})
		},
		"extension": from(extensions),
		"operator":  from(operators),
		"trigger": func(r *rand.Rand) string {
			return "trg_" + pick(r, nouns) + "_" + pick(r, []string{"ins", "upd", "audit"})
		},
		"param": from(params),
		"ident": word,
		"host": func(r *rand.Rand) string {
			return oneOf(r,
				func() string {
					return strings.Join([]string{integer(r, 1, 254), integer(r, 1, 254), integer(r, 1, 254), integer(r, 1, 254)}, ".")
				},
				func() string {
					return fmt.Sprintf("db-%02d.%s.internal", between(r, 1, 40), pick(r, []string{"eu", "us", "ap"}))
				})
		},
		"encoding": from(encodings),
		"charset":  from(charsets),
		"value":    value,
		"int":      anyInteger,
		"float": func(r *rand.Rand) string {
			return fmt.Sprintf("%.*f", between(r, 1, 6), -1e4+r.Float64()*(1e6+1e4))
		},
		"hex": func(r *rand.Rand) string {
			return pick(r, []string{"", "0x"}) + strings.ToUpper(hex(r, between(r, 4, 12)))
		},
		"char":     from(chars),
		"strerror": from(errnos),
		"path":     path,
		"class": func(r *rand.Rand) string {
			return pick(r, []string{
				"org.apache.spark.sql." + pick(r, []string{"Foo", "Bar", "Baz"}),
				"com.acme." + pick(r, nouns) + "." + pick(r, []string{"Reader", "Writer", "Provider"}),
				"parquet", "json", "csv", "yyyy-MM-dd", "delta",
			})
		},
		"expr": expression,
		"text": func(r *rand.Rand) string {
			return oneOf(r,
				func() string { return fmt.Sprintf("(line %d, pos %d)", between(r, 1, 99), between(r, 0, 80)) },
				func() string { return "reason " + hex(r, 4) },
				func() string { return word(r) },
				func() string { return pick(r, columns) + " " + pick(r, nouns) })
		},
	}
}

func word(r *rand.Rand) string {
	return oneOf(r,
		func() string { return numbered(r, pick(r, nouns), 99) },
		func() string { return pick(r, schemas) + "_" + pick(r, columns) },
		func() string { return pick(r, nouns) },
		func() string { return uuid(r) },
		func() string { return "tmp_" + hex(r, 6) },
		func() string { return pick(r, users) })
}

func value(r *rand.Rand) string {
	return oneOf(r,
		func() string { return anyInteger(r) },
		func() string { return `"` + pick(r, columns) + `"` },
		func() string { return uuid(r) },
		func() string { return integer(r, 0, 9999) + "." + integer(r, 0, 99) },
		func() string {
			return fmt.Sprintf("20%02d-%02d-%02d %02d:%02d:%02d", between(r, 10, 30), between(r, 1, 12),
				between(r, 1, 28), between(r, 0, 23), between(r, 0, 59), between(r, 0, 59))
		},
		func() string { return pick(r, users) + "@example.com" },
		func() string { return hex(r, between(r, 4, 16)) },
		func() string { return word(r) })
}

func expression(r *rand.Rand) string {
	c := pick(r, columns)
	return oneOf(r,
		func() string { return c + " = " + integer(r, 0, 999) },
		func() string { return pick(r, functions) + "(" + c + ")" },
		func() string { return "(" + c + " + " + integer(r, 1, 9) + ")" },
		func() string { return `"` + c + `"` },
		func() string { return "SELECT " + c + " FROM " + pick(r, nouns) },
		func() string {
			return pick(r, nouns) + "." + c + " > " + pick(r, nouns) + "." + pick(r, columns)
		},
		func() string { return "CAST(" + c + " AS " + pick(r, types) + ")" },
		func() string { return c + " LIKE '" + hex(r, 3) + "%'" })
}

func path(r *rand.Rand) string {
	root := oneOf(r,
		func() string { return "/var/lib" },
		func() string { return "/data" },
		func() string { return "/mnt/disk" + integer(r, 0, 9) },
		func() string { return "s3://bucket-" + hex(r, 4) },
		func() string { return "hdfs://nn" + integer(r, 1, 3) + ":8020/user" },
		func() string { return "/tmp" })
	leaf := oneOf(r,
		func() string { return fmt.Sprintf("part-%05d.parquet", between(r, 0, 999)) },
		func() string { return "base/" + integer(r, 1, 99999) + "/" + integer(r, 1, 99999) },
		func() string { return hex(r, 8) + ".log" },
		func() string { return uuid(r) })
	return root + "/" + pick(r, schemas) + "/" + maybe(r, pick(r, nouns), 999) + "/" + leaf
}

// anyInteger spreads over magnitudes.
func anyInteger(r *rand.Rand) string {
	ranges := [][2]int{{0, 9}, {0, 999}, {0, 65535}, {0, 1e9}, {1e9, 1e13}}
	b := ranges[r.IntN(len(ranges))]
	return integer(r, b[0], b[1])
}

func uuid(r *rand.Rand) string {
	return strings.Join([]string{hex(r, 8), hex(r, 4), hex(r, 4), hex(r, 4), hex(r, 12)}, "-")
}

func hex(r *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = "0123456789abcdef"[r.IntN(16)]
	}
	return string(b)
}

// between returns a number from low to high, both included.
func between(r *rand.Rand, low, high int) int { return low + r.IntN(high-low+1) }

func integer(r *rand.Rand, low, high int) string { return fmt.Sprint(between(r, low, high)) }

func numbered(r *rand.Rand, s string, high int) string { return s + "_" + integer(r, 1, high) }

// maybe numbers s half of the time.
func maybe(r *rand.Rand, s string, high int) string {
	return pick(r, []string{s, numbered(r, s, high)})
}

func pick(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }

func oneOf(r *rand.Rand, makers ...func() string) string { return makers[r.IntN(len(makers))]() }

func from(values []string) func(*rand.Rand) string {
	return func(r *rand.Rand) string { return pick(r, values) }
}
