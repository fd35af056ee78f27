// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package envelope

// headerItem is a kind of item that headers are made of.
type headerItem struct {
	name string
	// starts are the bytes that it may begin with.
	starts string
	// first is true for what stands at the very begin only.
	first bool
	// match returns the end of the item at i, or 0 when there is none.
	match func(h *header, i int) int
	// example is a line with it, and message what must be left of the line.
	example, message string
	// why says what makes it sure that this is no part of a message.
	why string
}

const (
	digitBytes  = "0123456789"
	upperBytes  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	lowerBytes  = "abcdefghijklmnopqrstuvwxyz"
	letterBytes = upperBytes + lowerBytes
)

// items are tried in order, at the begin of a text and after each item. To add
// one: write its match in match.go, and an example here.
var items = [...]headerItem{
	{
		name: "time", starts: digitBytes + "JFMASONDTWFS", match: (*header).time,
		example: "2026-03-01 10:00:00,123 disk full", message: "disk full",
		why: "a date and a time of day at the very begin say when, not what; time.go has the layouts",
	},
	{
		name: "seconds", starts: "1", first: true, match: (*header).seconds,
		example: "1772359200.123 INFO disk full", message: "disk full",
		why: "seconds or milliseconds since 1970, and a level behind",
	},
	{
		name: "external time", starts: "@", first: true, match: (*header).externalTime,
		example: "@400000006a1c2b3d1dcd6500 disk full", message: "disk full",
		why: "TAI64N: an at sign and 24 hexadecimal digits",
	},
	{
		name: "columns", starts: digitBytes + "-", first: true, match: (*header).columnsToLevel,
		example: "- 1772359200 2026.03.01 R02-M1 2026-03-01-10.00.00.123456 R02-M1 RAS KERNEL FATAL disk full", message: "disk full",
		why: "numbers, dates, IDs and upper-case words without end, and a level behind them",
	},
	{
		name: "level letter and time", starts: "IWEFD", first: true, match: (*header).letterAndTime,
		example: "E0301 10:00:00.123456       1 server.go:42] disk full", message: "disk full",
		why: "letter, date, time, thread, file and line up to a bracket, as glog writes it",
	},
	{
		name: "level letter and bracket", starts: "DIWEFA", first: true, match: (*header).letterAndBracket,
		example: "E, [2026-03-01T10:00:00.123456 #42] ERROR -- shop: disk full", message: "disk full",
		why: "a letter, a comma and a bracket with the time in it, as Ruby writes it",
	},
	{
		name: "level and category", starts: lowerBytes, first: true, match: (*header).levelAndCategory,
		example: "fail: Shop.Orders.Worker[14]\n      disk full", message: "disk full",
		why: "level, colon, name and a number in brackets fill a line of their own",
	},
	{
		name: "level, name, text", starts: upperBytes, first: true, match: (*header).levelNameText,
		example: "ERROR:shop.orders:disk full", message: "disk full",
		why: "an upper-case level and a name between colons without blanks, as Python writes it",
	},
	{
		name: "level", starts: letterBytes, match: (*header).levelWord,
		example: "ERROR [main] com.acme.Orders - disk full", message: "disk full",
		why: "a word for a level, upper-case or set off; alone it is the message's own word",
	},
	{
		name: "level letter", starts: "TVDIWECF", match: (*header).levelLetter,
		example: "03-01 10:00:00.123  1702  2395 E OrderService: disk full", message: "disk full",
		why: "a single letter after the time or process ID, and a name or column behind it",
	},
	{
		name: "channel and level", starts: lowerBytes, match: (*header).channelAndLevel,
		example: "[2026-03-01 10:00:00] production.ERROR: disk full", message: "disk full",
		why: "a channel, a dot, an upper-case level and a colon",
	},
	{
		name: "marked level", starts: "#", match: (*header).markedLevel,
		example: "##[error]disk full", message: "disk full",
		why: "build runners mark a level with number signs and brackets",
	},
	{
		name: "bracket", starts: "[", match: (*header).bracket,
		example: "[2026-03-01T10:00:00,123][ERROR][o.e.n.Node     ] [node-1] disk full", message: "disk full",
		why: "a bracket with a time, level, ID, or the name of a thread or logger among other items",
	},
	{
		name: "angle bracket", starts: "<", match: (*header).angle,
		example: "10:00:00.123 [error] <0.123.0> disk full", message: "disk full",
		why: "a level or a process ID in angle brackets",
	},
	{
		name: "thread in parentheses", starts: "(", match: (*header).parenthesis,
		example: "10:00:00,123 ERROR [org.acme] (MSC service thread 1-2) disk full", message: "disk full",
		why: "a thread's name behind a level",
	},
	{
		name: "priority", starts: "<", first: true, match: (*header).priority,
		example: "<11>Mar  1 10:00:00 web-1 shopd[42]: disk full", message: "disk full",
		why: "syslog's priority opens a line; by RFC 5424 a version and six columns follow",
	},
	{
		name: "program and time", starts: letterBytes, first: true, match: (*header).programAndTime,
		example: "update-shop 2026-03-01 10:00:00: disk full", message: "disk full",
		why: "a name before date and time, and a colon or a level behind them",
	},
	{
		name: "host and program", starts: letterBytes + digitBytes + "_(-", match: (*header).hostAndProgram,
		example: "Mar  1 10:00:00 web-1 shopd[42]: disk full", message: "disk full",
		why: "after the time syslog has a host and a program with its process ID and a colon",
	},
	{
		name: "stream", starts: "s", match: (*header).stream,
		example: "2026-03-01T10:00:00.123456789Z stderr F disk full", message: "disk full",
		why: "container runtimes write time, stream and whether the line is a whole one",
	},
	{
		name: "service column", starts: lowerBytes, first: true, match: (*header).serviceColumn,
		example: "web-1  | disk full", message: "disk full",
		why: "a name with a number, padded up to a bar at the very begin",
	},
	{
		name: "cookie", starts: "@", first: true, match: (*header).cookie,
		example: `Mar  1 10:00:00 web-1 shopd: @cee: {"msg":"disk full"}`, message: "disk full",
		why: "announces JSON in syslog",
	},
	{
		name: "process and role", starts: digitBytes, first: true, match: (*header).processAndRole,
		example: "42:M 01 Mar 2026 10:00:00.123 # disk full", message: "disk full",
		why: "a process ID and a letter before a time; one mark of the level behind it",
	},
	{
		name: "process and thread", starts: digitBytes, match: (*header).processAndThread,
		example: "2026/03/01 10:00:00 [error] 42#7: *13 disk full", message: "disk full",
		why: "two numbers around a number sign, a colon, and the number of the connection",
	},
	{
		name: "process ID", starts: digitBytes, match: (*header).number,
		example: "2026-03-01 10:00:00.123 42 ERROR shop.orders [-] disk full", message: "disk full",
		why: "a bare number only before a level or a bracket with one",
	},
	{
		name: "trace", starts: letterBytes + digitBytes, match: (*header).trace,
		example: "TraceID: 7b4c1a6adc8e73c0aa51c4f6d2e1b7a3 SpanID: 4418b1a6adc8e73c disk full", message: "disk full",
		why: "a word for a trace, span or request and a long hexadecimal ID; after a time the bare UUID",
	},
	{
		name: "position", starts: letterBytes + "_/", match: (*header).position,
		example: "2026/03/01 10:00:00 orders.go:42: disk full", message: "disk full",
		why: "a source file and a line number behind a time or level",
	},
	{
		name: "class and method", starts: letterBytes, match: (*header).classAndMethod,
		example: "Mar 01, 2026 10:00:00 AM com.acme.Orders save\nSEVERE: disk full", message: "disk full",
		why: "a class and a method fill the rest of the line of the time, and the next begins with a level",
	},
	{
		name: "name", starts: letterBytes + "_", match: (*header).name,
		example: "2026-03-01 10:00:00,123 - shop.orders - ERROR - disk full", message: "disk full",
		why: "a logger's name only where a separator, a column or another item sets it off",
	},
	{
		name: "quoted column", starts: `"`, match: (*header).quotedColumn,
		example: `"2026-03-01 10:00:00","ERROR","shop.orders","disk full"`, message: "disk full",
		why: "columns in quotes with commas between, the first of them a time",
	},
}

// beginning and following have bit i set for the bytes that items[i] may begin with,
// at the begin of a text and after another item.
var beginning, following [256]uint32
