package channels

import (
	"slices"

	"govmedia/sql"
)

// Advice says of a delivery, in Chinese: what happened, what it means for readers, what the program does next and when, and
// the one button that helps.
type Advice struct {
	Happened    string    `json:"happened"`
	Readers     string    `json:"readers"` // 未发出, 可能已发出, 已发出, 仍可看到, 可能仍可看到, 已撤下, 未更正, 可能已更正, 已更正
	Next        string    `json:"next"`
	NextAt      *sql.Time `json:"next_at"`      // when the program goes on; nil when it waits for a person, or nothing follows
	Button      string    `json:"button"`       // the action that helps, empty when none is needed or the person may do none
	ButtonLabel string    `json:"button_label"` // 重试 …
}

// What readers see.
const (
	readersNothing   = "未发出"
	readersPerhaps   = "可能已发出"
	readersPublished = "已发出"
	readersStill     = "仍可看到"
	readersStillMay  = "可能仍可看到"
	readersGone      = "已撤下"
	readersOld       = "未更正"
	readersOldMay    = "可能已更正"
	readersNew       = "已更正"
)

var buttonLabels = map[string]string{
	ActCancel: "取消投递", ActRetry: "重试", ActConfirm: "登记发布网址", ActSettle: "核实处理", ActTakeOver: "转人工发布", ActDecide: "决定怎样处理",
	ActRetract: "撤下", ActMass: "决定群发", ActConfirmRetracted: "登记已撤下", ActConfirmCorrected: "登记已更正",
	ActMend: "修改稿件",
}

// advice returns what to say of the delivery; may are the actions that the person has.
func (d Delivery) advice(now sql.Time, may []string) Advice {
	var a Advice
	var helps []string
	switch d.Action {
	case Retract:
		a, helps = d.retractAdvice()
	case Update:
		a, helps = d.updateAdvice()
	default:
		a, helps = d.publishAdvice(now)
	}
	if d.NextAt != nil && d.EndedAt == nil && !d.undecided() { // when it looks again matters to nobody who has to decide
		a.NextAt = d.NextAt
	}
	for _, action := range helps {
		if slices.Contains(may, action) || action == ActMend && slices.Contains(may, ActRetry) {
			a.Button, a.ButtonLabel = action, buttonLabels[action]
			break
		}
	}
	return a
}

// said is what the platform or the program recorded, or else a sentence of ours.
func (d Delivery) said(otherwise string) string {
	if d.ErrorAdvice != "" {
		return d.ErrorAdvice
	}
	return otherwise
}

func (d Delivery) publishAdvice(now sql.Time) (Advice, []string) {
	switch d.State {
	case Held:
		return Advice{Happened: d.said("停机期间到了发布时间，没有发出。"), Readers: readersNothing, Next: "系统不会自行补发，等您决定：发出、改期或作废。"}, []string{ActDecide}
	case Scheduled, Prepared:
		return d.waitingAdvice(now)
	case Submitted:
		if d.drafted() {
			return Advice{Happened: "草稿已存到平台的草稿箱，等待人工到平台发布。", Readers: readersNothing,
				Next: "请登录平台，打开草稿箱里的这篇文章发布，不要另外新建。系统随后会自动认出这篇文章；急需登记的，也可以粘贴公开网址。"}, []string{ActConfirm}
		}
		if d.awaitsHand() {
			return Advice{Happened: "发布包已备好，等待人工到平台发布。", Readers: readersNothing, Next: "发布后粘贴公开网址登记，这条投递才算完成。"}, []string{ActConfirm}
		}
		return Advice{Happened: d.said("平台已收下，正在审核或发布。"), Readers: readersPerhaps, Next: "系统会一直查询发布结果，请勿手工重发。"}, nil
	case StatePublished:
		if d.BarredAt != nil {
			return Advice{Happened: "已经发布，正在撤下。", Readers: readersStill, Next: "撤稿投递会在平台上删除它。"}, nil
		}
		return Advice{Happened: "平台已经发布。", Readers: readersPublished}, nil
	case Failed:
		next := "系统不再自动重试。"
		if d.ErrorClass == Content {
			next += "原样重试多半还会被拒。请到稿件页修改：有账号已经发出的点“更正”，都没有发出的先“撤销排期”；改好后重新送审、签发，再发布。"
		}
		return Advice{Happened: d.said("发布没有成功。"), Readers: readersNothing, Next: next}, d.failedHelps()
	case Unknown:
		return Advice{Happened: d.said("平台没有给出结果，系统核实不了是否已经发出。"), Readers: readersPerhaps,
			Next: "系统不会重发。请登录平台查看：有就登记网址，没有就登记未发出。"}, []string{ActSettle}
	case Retracted:
		return Advice{Happened: "已从平台撤下。", Readers: readersGone}, nil
	}
	next := ""
	if d.Remote[KeptDraft] != nil {
		next = "平台的草稿箱里可能还留着这篇的草稿。请登录平台删除，以免被误发。"
	}
	if d.BarredAt != nil {
		return Advice{Happened: "发出之前已随稿件撤下。", Readers: readersNothing, Next: next}, nil
	}
	return Advice{Happened: d.said("投递已取消。"), Readers: readersNothing, Next: next}, nil
}

// KeptDraft is the key under which a channel keeps, in Remote, the draft that it made at the platform.
const KeptDraft = "media_id"

func (d Delivery) waitingAdvice(now sql.Time) (Advice, []string) {
	switch {
	case d.IntentAt != nil:
		return Advice{Happened: d.said("已向平台提交，还没有收到结果。"), Readers: readersPerhaps, Next: "系统正在向平台核实，核实清楚之前不会重发，请勿手工重发。"}, nil
	case d.DueAt > now:
		return Advice{Happened: "已排期，等待发布时间。", Readers: readersNothing, Next: "到时间自动发布。"}, nil
	case d.undecided():
		return Advice{Happened: d.ErrorAdvice, Readers: readersNothing, Next: "系统不会自行群发，等您决定。"}, []string{ActMass}
	case d.ErrorCode != "":
		return Advice{Happened: d.ErrorAdvice, Readers: readersNothing, Next: "系统会自动再试。"}, []string{ActRetry}
	}
	return Advice{Happened: "正在发布。", Readers: readersNothing, Next: "系统马上处理。"}, nil
}

// failedHelps is what helps with a failure, by its class: the first that the person may do.
func (d Delivery) failedHelps() []string {
	switch d.ErrorClass {
	case ByHand:
		return []string{ActConfirm, ActTakeOver, ActRetry}
	case Defect:
		return []string{ActTakeOver, ActRetry}
	case Content: // the same text would be refused again
		return []string{ActMend, ActTakeOver}
	}
	return []string{ActRetry, ActTakeOver}
}

func (d Delivery) retractAdvice() (Advice, []string) {
	switch {
	case d.State == Retracted:
		return Advice{Happened: "已撤下。", Readers: readersGone}, nil
	case d.awaitsHand():
		readers := readersStill
		if d.ErrorCode == codeUnknown || d.ErrorCode == codeInHand {
			readers = readersStillMay
		}
		return Advice{Happened: d.said("需要人工到平台删除。"), Readers: readers, Next: "请立即到平台删除，完成后登记；有撤除时限的，登记后才停止计时。"}, []string{ActConfirmRetracted}
	case d.ErrorCode != "":
		return Advice{Happened: d.ErrorAdvice, Readers: readersStillMay, Next: "系统会不停地再试，撤下后才停止计时；急的话请直接到平台删除后登记。"}, []string{ActConfirmRetracted}
	}
	return Advice{Happened: "正在从平台撤下。", Readers: readersStillMay, Next: "优先于其他投递处理。"}, []string{ActConfirmRetracted}
}

func (d Delivery) updateAdvice() (Advice, []string) {
	switch {
	case d.State == StatePublished:
		return Advice{Happened: "平台上的内容已经更正。", Readers: readersNew}, nil
	case d.State == Cancelled:
		return Advice{Happened: d.said("更正已取消。"), Readers: readersOld}, nil
	case d.State == Failed:
		return Advice{Happened: d.said("更正没有成功。"), Readers: readersOld, Next: "系统不再自动重试。"}, []string{ActRetry}
	case d.awaitsHand():
		return Advice{Happened: d.said("需要人工到平台更正。"), Readers: readersOld, Next: "请到平台更正，完成后登记。"}, []string{ActConfirmCorrected}
	case d.IntentAt != nil:
		return Advice{Happened: d.said("已向平台提交更正。"), Readers: readersOldMay, Next: "系统会自动再试，同一更正不会出现两次。"}, nil
	}
	return Advice{Happened: d.said("正在更正。"), Readers: readersOld, Next: "系统马上处理。"}, nil
}
