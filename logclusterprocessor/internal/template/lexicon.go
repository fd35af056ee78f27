// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package template

import (
	"strings"
	"unicode/utf8"

	"github.com/otelcol-aiops/otelcol-aiops/logclusterprocessor/internal/mask"
)

// wordClass is what is known of a word in any line.
type wordClass uint16

const (
	isNoun        wordClass = 1 << iota // a name is likely behind it
	isPreposition                       // relates words to each other
	isState                             // says what became of something, or holds a sentence together
	isLevel                             // of severity
	isBeforeEvent                       // the word behind it says what happened
	isBeforeTo                          // the same with "to" between
	isFailure                           // the word before it says what happened
	isParticiple                        // looks as if it said what happened
)

// words has the words of each class, with a line that needs them.
var words = []struct {
	class wordClass
	words string
}{
	// session closed for user alice
	{isNoun, `user username host hostname port node domain client server group device file directory path
database table topic queue service process thread session task job container image pod namespace volume
interface address id name named key class module package account`},
	// 用户alice登录系统
	{isNoun, "用户 主机 节点 表 数据库 服务 服务器 队列 任务 容器 实例 集群 分区 文件 接口 应用 租户 账号 域名 主题"},
	// failed password for alice from 10.0.0.7
	{isPreposition | isState, "for from to by of on in at as via with into"},
	// the link is up
	{isState, `start stop begin end close read write on off yes no none not is was are were has had will can cannot
does did be been and or but the a an already before after left right in out idle busy shutdown startup starts stops
exists fails reset put set get add exit enter full empty true false`},
	// [error] worker 7 gone
	{isLevel, "trace debug info notice warn warning error err crit critical alert emerg fatal severe"},
	// cannot open the file; must be true
	{isBeforeEvent, `cannot can't couldn't didn't doesn't don't won't isn't wasn't not never must should shall be is was
are were been while`},
	// failed to open the file
	{isBeforeTo, `failed fail fails failing failure unable able trying tried tries try attempted attempting attempt
attempts refused refuses about error unwilling`},
	// upload failed
	{isFailure, "failed fails failure succeeded"},
}

// lexicon has the words in small letters, in capitals, and with a capital in front.
var lexicon, hanNouns = func() (lexicon map[string]wordClass, han []string) {
	lexicon = map[string]wordClass{}
	for _, group := range words {
		for _, w := range strings.Fields(group.words) {
			if w[0] >= utf8.RuneSelf {
				han = append(han, w)
				continue
			}
			lexicon[w] |= group.class
			if group.class&isPreposition == 0 { // AS, IN and ON are of other languages
				lexicon[strings.ToUpper(w)] |= group.class
				lexicon[strings.ToUpper(w[:1])+w[1:]] |= group.class
			}
		}
	}
	return lexicon, han
}()

// classOf is what is known of a word.
func classOf(w string) wordClass {
	if w == "" {
		return 0
	}
	if w[0] >= utf8.RuneSelf {
		for _, n := range hanNouns {
			if strings.HasSuffix(w, n) {
				return isNoun
			}
		}
		return 0
	}
	class := lexicon[w]
	if mask.IsOutcome(w) {
		class |= isState
	}
	if participle(w) {
		class |= isParticiple
	}
	return class
}

// participle is true for words that look as if they said what happened.
func participle(w string) bool {
	return len(w) > 4 && (strings.HasSuffix(w, "ed") || strings.HasSuffix(w, "ing")) && !strings.Contains(w, ".")
}

// state is true for words that say what became of something or relate words to
// each other: never names.
func state(w string) bool { return classOf(w)&isState != 0 }
