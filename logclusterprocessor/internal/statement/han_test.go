// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package statement

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hanOpposites are words of which one in the place of the other says something
// else. They are for tests only: no list of opposites is complete.
const hanOpposites = `
	打开/关闭 开启/关闭 启动/停止 开始/结束 启用/禁用 激活/停用 创建/删除 添加/删除 增加/减少 安装/卸载 挂载/卸载 加载/卸载
	读取/写入 读/写 输入/输出 上传/下载 发送/接收 导入/导出 连接/断开 登录/退出 锁定/解锁 加密/解密 编码/解码 压缩/解压 提交/回滚
	注册/注销 订阅/退订 允许/禁止 接受/拒绝 升级/降级 备份/恢复 暂停/恢复 成功/失败 最大/最小 太大/太小 过大/过小 太长/太短
	过长/过短 太多/太少 大于/小于 第一/第二 内部/外部 客户端/服务器 本地/远程 源/目标 用户/组 公/私 旧/新 之前/之后 有效/无效
	已知/未知 存在/不存在 主/从 上/下 左/右 真/假 键/值 父/子 标准输入/标准输出 正在/已 将被/已 标准输出/标准错误 活跃/不活跃 合并/拆分
	附加/分离 包含/排除 无法/已 支持/不支持 能/不能 有/没有 是/不是 可/不可 必须/不得 需要/不需要`

// hanNegations are put in before a word, and out wherever they stand.
var hanNegations = []string{"不", "未", "没有", "无", "非"}

// hanVariants are the messages that are made of one and say something else.
func hanVariants(text string) (out []string) {
	for pair := range strings.FieldsSeq(hanOpposites) {
		a, b, _ := strings.Cut(pair, "/")
		for _, swap := range [][2]string{{a, b}, {b, a}} {
			from, to := swap[0], swap[1]
			if strings.Contains(text, from) && !strings.Contains(text, to) {
				out = append(out, strings.Replace(text, from, to, 1))
			}
		}
	}
	for _, n := range hanNegations {
		if strings.Contains(text, n) {
			out = append(out, strings.Replace(text, n, "", 1))
		}
	}
	for _, w := range hanWords(text) {
		if i := strings.Index(text, w); i >= 0 && w[0] >= 0x80 {
			out = append(out, text[:i]+"不"+text[i:], text[:i]+"未"+text[i:])
		}
	}
	return out
}

// One word of a pair of opposites for the other, or a negation put in or out,
// changes what any message says.
func TestHanOppositesChangeTheStatement(t *testing.T) {
	d := loadHan(t)
	made, kept := 0, 0
	for _, m := range append(d.sets, d.singles...) {
		for _, v := range hanVariants(m.text) {
			made++
			if hanKeyOf(m.text) == hanKeyOf(v) {
				kept++
				t.Logf("%s | %s | %s", m.text, v, hanKeyOf(v))
			}
		}
	}
	t.Logf("%d of %d variants keep their statement: %.2f %%", kept, made, 100*float64(kept)/float64(made))
	require.LessOrEqual(t, float64(kept)/float64(made), 0.01)
}

// Texts that say the same, one line each, and texts that do not.
func TestHanStatements(t *testing.T) {
	for _, same := range [][]string{
		{"无法打开文件 <path>", "打开文件 <path> 失败", "未能打开文件“<path>”：<*>", "错误：打开文件时出错"},
		{"文件 <path> 不存在", "找不到文件 <path>", "未在 <path> 中找到文件", "查找文件 <path> 失败", "无此文件：<path>"},
		{"内存分配失败", "分配内存时出错", "内存不足", "内存耗尽"},
		{"用户 <user> 已被禁用", "用户 <user> 被禁用", "已停用用户 <user>"},
		{"域没有在运行", "域未运行"},
		{"ＵＲＩ　过长", "uri 太长", "URI太长了"},
		{"参数无效：<num>", "非法的参数"},
	} {
		for _, text := range same[1:] {
			assert.Equal(t, hanKeyOf(same[0]), hanKeyOf(text), "%s | %s", same[0], text)
		}
	}
	for _, other := range [][2]string{
		{"任务成功", "任务失败"},
		{"失败", "出错"},
		{"<*> 失败", "失败：<*>"}, // a frame alone says nothing
		{"无错误", "错误"},
		{"不能不重启", "不能重启"},
		{"没有递归成员", "没有递归非成员"},
		{"无法超时", "超时"},
		{"正在连接服务器", "已连接服务器"},
		{"未找到文件", "找到文件"},
		{"文件已存在", "文件不存在"},
		{"数据库查询失败", "数据库不存在"},
		{"服务停止", "服务停止，因为磁盘已满"}, // a clause behind a cause is not dropped
		{"如果文件已损坏，请重启", "请重启"},
		{"包 <*> 将被安装", "包 <*> 已安装"},
		{"无法创建套接字", "无法创建套接字对"},
		{"重试次数过多", "重试次数过少"},
	} {
		assert.NotEqual(t, hanKeyOf(other[0]), hanKeyOf(other[1]), "%s | %s", other[0], other[1])
	}
}

// The two parties of an event in each other's place: another statement.
func TestHanRolesChangeTheStatement(t *testing.T) {
	parties := [][2]string{{"主库", "从库"}, {"主节点", "备节点"}, {"客户端", "服务器"}, {"队列A", "队列B"}, {"左侧分区", "右侧分区"}}
	frames := []string{"%1切换为%2", "从%1复制到%2", "将数据由%1迁移至%2", "数据从%1同步到%2失败", "%1被%2拒绝", "%1的延时高于%2", "%1依赖%2", "%1发送请求给%2"}
	for _, p := range parties {
		for _, f := range frames {
			one := strings.NewReplacer("%1", p[0], "%2", p[1]).Replace(f)
			two := strings.NewReplacer("%1", p[1], "%2", p[0]).Replace(f)
			assert.NotEqual(t, hanKeyOf(one), hanKeyOf(two), "%s | %s", one, two)
		}
	}
}

func TestReadHan(t *testing.T) {
	for text, want := range map[string]reading{
		"无法连接到数据库":           {fail: 1, words: []string{"connect", "database"}},
		"数据库 <*> 不存在":        {senses: []string{"not found"}, words: []string{"database"}},
		"订单 <num> 创建成功":      {done: 1, words: []string{"order", "create"}},
		"主库切换为从库":            {words: []string{"主", "库", "切换为", "从库>"}},
		"失败：<*>":             {fail: 1, words: []string{"失败：<*>"}},
		"请求 5 次 HTTP 接口均未成功": {fail: 1, words: []string{"request", "次", "http", "interface", "均"}},
	} {
		assert.Equal(t, want, readHan(text), text)
	}
}

// A Chinese and an English message of one meaning are one statement where the
// lexicon knows all of their words.
func TestChineseMeetsEnglish(t *testing.T) {
	r := hanReader()
	key := func(text string) string { said := r.Read(text); return said.Key() }
	for chinese, english := range map[string]string{
		"文件 <path> 不存在":    "File <path> not found",
		"无法创建目录 <path>":    "cannot create directory <path>",
		"找不到主机 <*>":        "Host <*> not found",
		"内存不足":             "Out of memory",
		"删除快照 <*> 失败":      "Failed to delete snapshot <*>",
		"不支持的设备类型 <*>":     "unsupported device type <*>",
		"证书已过期":            "certificate has expired",
		"参数太多":             "Too many arguments",
		"<path>：权限不够":      "<path>: permission denied",
		"正在连接服务器 <*>":      "Connecting to server <*>",
		"无法连接到数据库":         "Could not connect to database",
		"表 <*> 不存在":        "Table not found: <*>",
		"找不到表 <*>":         "<*>: no such table exists",
		"死锁":               "deadlock detected",
		"无效的 IP 地址：<ip>":   "invalid IP address: <ip>",
		"没有内存":             "no memory",
		"尝试除以零":            "division by zero",
		"打开日志文件 <path> 出错": "error opening file log <path>",
	} {
		assert.Equal(t, key(english), key(chinese), "%s | %s", chinese, english)
	}
}

// A sense of the Chinese lexicon is one of the English one, or they never meet.
func TestHanSensesAreKnown(t *testing.T) {
	r := hanReader()
	for _, l := range hanLines(t) {
		if class, name, _ := strings.Cut(l.section, " "); class == "sense" || class == "failing" || class == "negated" {
			assert.Contains(t, r.english.implied, name)
		}
	}
}

func TestHanWords(t *testing.T) {
	for text, want := range map[string]string{
		"表 <*> 不存在":            "不存在",
		"无法连接到数据库 <*>":         "连接 数据库",
		"程序 <*> 未在 $PATH 中找到":  "程序 path",
		"未找到订阅":                "未找到 订阅",
		"订单 <num> 支付失败":        "订单 支付",
		"路由表已更新，版本号 42":        "路由 更新 版本",
		"错误：读取日志超级块时出错 (ext4)": "读取 日志 超级块 ext4",
		"<ident>：文件描述符泄漏，内存不足，文件描述符泄漏": "文件 描述符泄漏 内存不足",
	} {
		assert.Equal(t, want, strings.Join(hanWords(text), " "), text)
	}
	many := ""
	for i := range 500 {
		many += fmt.Sprintf("文件w%d ", i)
	}
	assert.Len(t, hanWords(many), hanWordsMost)
}

func TestIsHan(t *testing.T) {
	for text, want := range map[string]bool{
		"连接失败": true, "HTTP 请求超时": true, "connection refused": false, "": false, "１２３": false,
		"接続に失敗しました": false, "データベース接続": false, "연결 실패 (連結)": false, "❌ 失败": true,
	} {
		assert.Equal(t, want, isHan(text), text)
	}
}

// A text that is too long is read in part; what is not read still counts.
func TestHanLongTexts(t *testing.T) {
	long := strings.Repeat("磁盘读取速度变慢并且", hanRunesRead/5)
	assert.LessOrEqual(t, len(readHan(long).words), hanRunesRead+2)
	assert.NotEqual(t, hanKeyOf(long+"成功"), hanKeyOf(long+"失败"))
}

func TestParseHanLexiconRefuses(t *testing.T) {
	for file, want := range map[string]string{
		"失败\n":                                "line 1: wording before the first section",
		"[failure\n失败\n[sorrow]\n":            "line 3: no such section",
		"[sense]\n找不到\n":                      "line 1: no such section",
		"[failure]\n\n失败\tx\n失败\ty\n":         "line 4: \"失败\" is in the lexicon already",
		"[word]\n主，从\n":                       "is no wording",
		"[word]\n<num>\n":                     "is no wording",
		"[word]\n" + strings.Repeat("长", 17):  "is longer than 16 characters",
		"[level]\n" + strings.Repeat("长", 17): "is longer than 16 characters",
		"[level]\n：\n":                        "is no wording",
	} {
		_, err := parseHanLexicon(file)
		assert.ErrorContains(t, err, want, file)
	}
}

func FuzzReadHan(f *testing.F) {
	for _, seed := range []string{"无法打开 <path>：<*>", "主库切换为从库", "ＡＢＣ　失败", "由左向右", "<", "<a", "\xff失败", "未在 x 中找到 y", "连接被用户关闭了"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := readHan(text)
		if len(r.words)+len(r.senses) > hanRunesRead+2 {
			t.Fatalf("%d words of %q", len(r.words), text)
		}
		if r.fail < 0 || r.not < 0 || r.done < 0 {
			t.Fatalf("%+v", r)
		}
		if r.fail+r.not+r.done+len(r.senses)+len(r.words) == 0 && strings.TrimSpace(text) != "" {
			t.Fatalf("nothing is left of %q", text)
		}
		if r.hanKey() != readHan(text).hanKey() {
			t.Fatalf("%q reads in two ways", text)
		}
		words := hanWords(text)
		if len(words) > hanWordsMost {
			t.Fatalf("%d words for keywords", len(words))
		}
		for _, w := range words {
			if w == "" || strings.ContainsAny(w, ".: \n") {
				t.Fatalf("%q is no word", w)
			}
		}
	})
}

func FuzzParseHanLexicon(f *testing.F) {
	f.Add(hanFile)
	f.Add("[sense not found]\n找不到\t找不到 <path>\n[failing not found]\nfind\n")
	f.Fuzz(func(t *testing.T, file string) {
		lex, err := parseHanLexicon(file)
		if err != nil {
			return
		}
		if lex.longest > hanWordingLongest || len(lex.entries) > hanEntriesMost {
			t.Fatalf("%d entries, the longest of %d", len(lex.entries), lex.longest)
		}
		s := scanHan(lex, "无法打开文件 <path>：找不到 foo")
		_ = s.reading("")
		_ = s.words()
	})
}

func BenchmarkReadHan(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		readHan("无法从 <path> 读取配置文件：服务器 <*> 拒绝连接，已重试 <num> 次")
	}
}
