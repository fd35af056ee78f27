// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package envelope

import (
	"math/rand/v2"
	"sync/atomic"
)

// Role says what the value of a key is.
type Role uint16

// The roles of keys. roleMessage + n is the n-th key that may hold the message.
const (
	roleNone Role = iota
	roleLevel
	roleLevelStep   // a number, debug is 10
	roleLevelNumber // OpenTelemetry's severity number
	rolePriority    // syslog's severity
	roleFault       // an error or exception
	roleFaultType   // the name of an exception
	roleFaultText   // the message of an exception
	roleStack
	roleWrapper // an object that may hold the message
	roleProgram
	roleTime // this and those behind it are told to who asks, no more
	roleHost
	roleProcess
	roleLogger
	rolePosition
	roleTrace
	roleStream
	roleEnd
	roleMessage Role = 1 << 10
)

// carrier is true for what is of no use but to explain.
func (r Role) carrier() bool { return r >= roleTime && r < roleEnd }

// DefaultMessageKeys are the keys that hold a message, in the order in which they
// are asked for.
func DefaultMessageKeys() []string {
	return []string{
		"message",       // Logback, log4j, winston, ECS, Google, Python
		"msg",           // zap, logrus, Pino, Bunyan, slog, log15
		"MESSAGE",       // journald
		"Message",       // .NET
		"@m",            // Serilog, compact
		"@mt",           // the same, the template only
		"short_message", // GELF
		"textPayload",   // Google
		"log",           // Docker, Fluent Bit
		"event",         // structlog
		"text",          // Loguru
	}
}

// keyRoles are the other keys that mean something. Case and the signs . _ - do not
// count, so that log.level, log_level and logLevel are one.
var keyRoles = []struct {
	role Role
	keys []string
}{
	{roleLevel, []string{"level", "lvl", "severity", "loglevel", "levelname", "severitytext", "logseverity", "@l", "priority"}},
	{roleLevelStep, []string{"levelno"}},
	{roleLevelNumber, []string{"severitynumber"}},
	{roleFault, []string{
		"error", "err", "exception", "exc", "excinfo", "exctext", "errormsg", "errmsg", "cause", "causedby", "thrown", "throwable",
		"failure", "panic", "@x", "errors", "lasterror", "errordetails",
	}},
	{roleFaultType, []string{"errortype", "exceptiontype", "exceptionclass", "errorclass", "errorname", "exctype", "errorkind", "exceptionname"}},
	{roleFaultText, []string{"errormessage", "exceptionmessage", "excmessage"}},
	{roleStack, []string{
		"stack", "stacktrace", "errorstack", "errorstacktrace", "exceptionstacktrace", "backtrace", "traceback", "errorverbose", "extendedstacktrace",
	}},
	{roleWrapper, []string{"fields", "record", "jsonpayload", "payload", "data", "entry", "body", "_source"}},
	{roleTime, []string{"time", "ts", "timestamp", "@timestamp", "datetime", "asctime", "@t", "date", "t"}},
	{roleHost, []string{"host", "hostname", "_hostname", "instance"}},
	{roleProgram, []string{"syslogidentifier", "program", "programname", "appname"}},
	{roleProcess, []string{"pid", "processid", "thread", "threadname", "tid", "_pid", "threadid", "process"}},
	{roleLogger, []string{"logger", "loggername", "logname", "module", "name", "sourcecontext", "target", "component"}},
	{rolePosition, []string{"caller", "source", "file", "line", "filename", "lineno", "func", "funcname", "codefile", "codeline"}},
	{roleTrace, []string{"traceid", "spanid", "requestid", "reqid", "correlationid", "trace", "span", "xrequestid", "transactionid"}},
	{roleStream, []string{"stream"}},
}

// kindOf is the kind of item that a role makes.
var kindOf = map[Role]Kind{
	roleTime: Time, roleHost: Host, roleProgram: Program, roleProcess: Process,
	roleLogger: Logger, rolePosition: Position, roleTrace: Trace, roleStream: Stream,
}

// keyTable finds the role of a key. Safe for concurrent use.
type keyTable struct {
	exact  map[string]Role
	folded map[string]Role // without case and signs
	kinds  [roleMessage]Kind
	// recent remembers the roles of keys, those of none included: the upper bits of
	// the key's hash and, in the lower ones, the role. The seed is drawn at random so
	// that no key can be made to have the hash of another.
	recent *[recentKeys]atomic.Uint64
	seed   uint64
}

const (
	recentKeys = 512
	roleBits   = 11
)

func newKeyTable(messages []string) keyTable {
	t := keyTable{exact: map[string]Role{"PRIORITY": rolePriority}, folded: map[string]Role{}, recent: new([recentKeys]atomic.Uint64), seed: rand.Uint64()} //nolint:gosec // seeded by the system, and ChaCha8
	for i, key := range messages {
		t.exact[key] = roleMessage + Role(i)
	}
	for _, r := range keyRoles {
		for _, key := range r.keys {
			t.folded[key] = r.role
		}
	}
	for role, kind := range kindOf {
		t.kinds[role] = kind
	}
	return t
}

// maxKey is the length of the longest key that can have a role.
const maxKey = 64

// role returns the role of a key.
func (t *keyTable) role(key string) Role {
	if len(key) == 0 || len(key) > maxKey {
		return roleNone
	}
	return t.recall(hash(key, t.seed), key)
}

// roleAt is role for text[i:end].
func (t *keyTable) roleAt(text string, i, end int) Role {
	n := end - i
	if n > 15 || i+16 > len(text) {
		return t.role(text[i:end])
	}
	a, b := load8(text[i:]), load8(text[i+8:])
	if n < 8 {
		a, b = a&(1<<(8*n)-1), 0
	} else {
		b &= 1<<(8*(n-8)) - 1
	}
	return t.recall(hashWords(a, b, n, t.seed), text[i:end])
}

// quotedRole is role for the key whose quote opens at i. It returns its end as well,
// with the quote, or 0 for keys that are not short and plain.
func (t *keyTable) quotedRole(text string, i int) (Role, int) {
	if i+17 > len(text) {
		return roleNone, 0
	}
	n := firstQuote(load8(text[i+1:]))
	if n > 7 {
		if n = 8 + firstQuote(load8(text[i+9:])); n > 15 {
			return roleNone, 0
		}
	}
	return t.roleAt(text, i+1, i+1+n), i + n + 2
}

// recall is find, remembered by the key's hash.
func (t *keyTable) recall(h uint64, key string) Role {
	slot := &t.recent[h>>(64-9)]
	if known := slot.Load(); (known^h)>>roleBits == 0 {
		return Role(known & (1<<roleBits - 1))
	}
	role := t.find(key)
	slot.Store(h>>roleBits<<roleBits | uint64(role))
	return role
}

func (t *keyTable) find(key string) Role {
	if role, ok := t.exact[key]; ok {
		return role
	}
	var folded [maxKey]byte
	n := 0
	for i := 0; i < len(key); i++ {
		b := key[i]
		if i > 0 && (b == '.' || b == '_' || b == '-') {
			continue
		}
		if class[b]&cUpper != 0 {
			b |= 0x20
		}
		folded[n] = b
		n++
	}
	return t.folded[string(folded[:n])]
}
