// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package envelope

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
	roleTime
	roleHost
	roleProgram
	roleProcess
	roleLogger
	rolePosition
	roleTrace
	roleStream
	roleMessage Role = 1 << 10
)

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
	{roleLevel, []string{"level", "lvl", "severity", "loglevel", "levelname", "levelname", "severitytext", "logseverity", "@l", "priority"}},
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
	{roleHost, []string{"host", "hostname", "_hostname", "hostname", "instance"}},
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

// keySlots is a power of two a few times the number of keys.
const keySlots = 1024

// keyTable finds the role of a key: two open-addressed tables, one of the keys as
// they are, the other of the keys without case and signs.
type keyTable struct {
	exact, folded [keySlots]keySlot
	kinds         [roleMessage]Kind
}

type keySlot struct {
	key  string
	role Role
}

func newKeyTable(messages []string) keyTable {
	var t keyTable
	for i, key := range messages {
		put(&t.exact, key, hashKey(key), roleMessage+Role(i))
	}
	put(&t.exact, "PRIORITY", hashKey("PRIORITY"), rolePriority)
	for _, r := range keyRoles {
		for _, key := range r.keys {
			put(&t.folded, key, hashFolded(key), r.role)
		}
	}
	for role, kind := range kindOf {
		t.kinds[role] = kind
	}
	return t
}

func put(slots *[keySlots]keySlot, key string, h uint32, role Role) {
	for i := h % keySlots; ; i = (i + 1) % keySlots {
		switch s := &slots[i]; s.key {
		case "":
			*s = keySlot{key, role}
			return
		case key: // the first one stands
			return
		}
	}
}

// maxKey is the length of the longest key that can have a role.
const maxKey = 64

// role returns the role of a key.
func (t *keyTable) role(key string) Role {
	if len(key) == 0 || len(key) > maxKey {
		return roleNone
	}
	for i := hashKey(key) % keySlots; t.exact[i].key != ""; i = (i + 1) % keySlots {
		if t.exact[i].key == key {
			return t.exact[i].role
		}
	}
	for i := hashFolded(key) % keySlots; t.folded[i].key != ""; i = (i + 1) % keySlots {
		if sameFolded(t.folded[i].key, key) {
			return t.folded[i].role
		}
	}
	return roleNone
}

// hashKey is FNV-1a.
func hashKey(key string) uint32 {
	h := uint32(2166136261)
	for i := 0; i < len(key); i++ {
		h = (h ^ uint32(key[i])) * 16777619
	}
	return h
}

func hashFolded(key string) uint32 {
	h := uint32(2166136261)
	for i := 0; i < len(key); i++ {
		if b := key[i]; b != '.' && b != '_' && b != '-' || i == 0 {
			h = (h ^ uint32(b|0x20)) * 16777619
		}
	}
	return h
}

// sameFolded is true when key is folded but for case and signs.
func sameFolded(folded, key string) bool {
	k := 0
	for i := 0; i < len(key); i++ {
		b := key[i]
		if (b == '.' || b == '_' || b == '-') && i > 0 {
			continue
		}
		if k == len(folded) || folded[k]|0x20 != b|0x20 {
			return false
		}
		k++
	}
	return k == len(folded)
}
