// Copyright The otelcol-aiops Authors
// SPDX-License-Identifier: Apache-2.0

package statement

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// hanOpposites are words of which one in the place of the other says something
// else. They are for tests only: no list of opposites is complete.
var hanOpposites = [][2]string{
	{"打开", "关闭"}, {"开启", "关闭"}, {"启动", "停止"}, {"开始", "结束"}, {"启用", "禁用"}, {"激活", "停用"},
	{"创建", "删除"}, {"添加", "删除"}, {"增加", "减少"}, {"安装", "卸载"}, {"挂载", "卸载"}, {"加载", "卸载"},
	{"读取", "写入"}, {"读", "写"}, {"输入", "输出"}, {"上传", "下载"}, {"发送", "接收"}, {"导入", "导出"},
	{"连接", "断开"}, {"登录", "退出"}, {"锁定", "解锁"}, {"加密", "解密"}, {"编码", "解码"}, {"压缩", "解压"},
	{"提交", "回滚"}, {"注册", "注销"}, {"订阅", "退订"}, {"允许", "禁止"}, {"接受", "拒绝"}, {"升级", "降级"},
	{"备份", "恢复"}, {"暂停", "恢复"}, {"成功", "失败"}, {"最大", "最小"}, {"太大", "太小"}, {"过大", "过小"},
	{"太长", "太短"}, {"过长", "过短"}, {"太多", "太少"}, {"大于", "小于"}, {"第一", "第二"}, {"内部", "外部"},
	{"客户端", "服务器"}, {"本地", "远程"}, {"源", "目标"}, {"用户", "组"}, {"公", "私"}, {"旧", "新"},
	{"之前", "之后"}, {"有效", "无效"}, {"已知", "未知"}, {"存在", "不存在"}, {"主", "从"}, {"上", "下"},
	{"左", "右"}, {"真", "假"}, {"键", "值"}, {"父", "子"}, {"标准输入", "标准输出"}, {"正在", "已"},
	{"标准输出", "标准错误"}, {"活跃", "不活跃"}, {"合并", "拆分"}, {"附加", "分离"}, {"包含", "排除"}, {"无法", "已"},
	{"支持", "不支持"}, {"能", "不能"}, {"有", "没有"}, {"是", "不是"}, {"可", "不可"}, {"必须", "不得"}, {"需要", "不需要"},
}

// hanNegations are put in before a word, and out wherever they stand.
var hanNegations = []string{"不", "未", "没有", "无", "非"}

// hanVariants are the messages that are made of one and say something else.
func hanVariants(text string) (out []string) {
	for _, pair := range hanOpposites {
		for i := range pair {
			from, to := pair[i], pair[1-i]
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
