package paper

import "strings"

// labelWidth is how wide a line of a label may be, in half characters: the narrow column holds five Chinese ones.
const labelWidth = 10

// What a break costs. Another line is better than a word torn apart, and nothing is worse than a bracket at the wrong end.
const (
	costLine    = 15
	costWord    = 30
	costBracket = 100
)

// labelWords are the words of labels that do not look well torn apart.
var labelWords = strings.Fields(`人民政府 区政府 市政府 县政府 州政府 办公室 办公厅 主管部门 主办 主管 承办 运维 单位 部门 科室 机关 负责人 领导 主要 分管 集体 研究 同意 审核 审批
	批准 意见 申请 上报 报送 备案 登记 核对 公告 执行 开设 变更 关停 注销 恢复 下线 去向 理由 内容 定位 平台 账号 网站 栏目 域名 信箱 实名 认证 注册 启用 到期 日期 时间 统计 粉丝
	标识 标识码 事项 系统 安全 检测 通过 最近 服务器 托管 情况 集约化 无障碍 保密 信息 宣传 管理 公安 通信 工信 编办 网信 是否 代表 唯一 附件 原始`)

// lines breaks a label into lines that the narrow column holds, between words where it can: 区政府办公室备案 becomes 区政府 and
// 办公室备案. Nothing of a label is lost but a space at a break.
func lines(label string) []string {
	var broken []string
	for part := range strings.SplitSeq(label, "\n") {
		broken = append(broken, breakLabel([]rune(part))...)
	}
	return broken
}

// breakLabel finds the cheapest breaks from the end of the label to its beginning; of equal ones the first line is the longest.
func breakLabel(label []rune) []string {
	torn := tornAt(label)
	type choice struct{ cost, end int }
	best := make([]choice, len(label)+1)
	for from := len(label) - 1; from >= 0; from-- {
		best[from].cost = -1
		width := 0
		for end := from + 1; end <= len(label); end++ {
			width += widthOf(label[end-1])
			if width > labelWidth && end > from+1 {
				break
			}
			slack := (labelWidth - width) / 2
			cost := best[end].cost + costLine + slack*slack + torn[end]
			if best[from].cost < 0 || cost <= best[from].cost {
				best[from] = choice{cost, end}
			}
		}
	}
	var broken []string
	for from := 0; from < len(label); from = best[from].end {
		broken = append(broken, strings.TrimSpace(string(label[from:best[from].end])))
	}
	if broken == nil {
		return []string{""}
	}
	return broken
}

// tornAt is what a break before each character costs, beyond the line.
func tornAt(label []rune) []int {
	cost := make([]int, len(label)+1)
	text := string(label)
	for _, word := range labelWords {
		for at := strings.Index(text, word); at >= 0; {
			first := len([]rune(text[:at]))
			for i := range len([]rune(word)) - 1 {
				cost[first+i+1] = costWord
			}
			next := strings.Index(text[at+len(word):], word)
			if next < 0 {
				break
			}
			at += len(word) + next
		}
	}
	for i := 1; i < len(label); i++ {
		before, after := label[i-1], label[i]
		switch {
		case strings.ContainsRune("（《“", before), strings.ContainsRune("）》”、，：", after):
			cost[i] = costBracket
		case widthOf(before) == 1 && widthOf(after) == 1 && before != ' ' && after != ' ':
			cost[i] = costWord
		}
	}
	return cost
}

// widthOf is the width of a character in half characters.
func widthOf(r rune) int {
	if r < 0x2000 {
		return 1
	}
	return 2
}
