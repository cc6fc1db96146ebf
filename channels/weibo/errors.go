package weibo

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"govmedia/channels"
	"govmedia/fault"
	"govmedia/sql"
)

// What a person can meet when setting up an account.
var (
	ErrRoute  = fault.Define("weibo.route_unsupported", fault.Invalid, "目前只支持“分享”（share）方式发布微博。请把发布方式改为 share，或把账号改为“人工发布”。")
	ErrUID    = fault.Define("weibo.uid_required", fault.Invalid, "请填写微博账号的数字 UID（在个人主页网址里可以看到）。")
	ErrDomain = fault.Define("weibo.safe_domain", fault.Invalid, "安全域名请只填域名本身，例如 m.example.gov.cn，不带 http:// 和路径。")
)

// Row is one line of the table of Weibo's error codes: what a code means for a delivery.
type Row struct {
	Codes   []int
	Posting channels.Class // when the answer came to a request to post
	Reading channels.Class // when it came to a question
	Wait    time.Duration  // 0 leaves it to the caller
	Daily   bool           // the second time in a row wait until the limits begin anew
	Text    string         // Chinese: what happened and what to do, without a stop at the end
}

// Table is channels.md §1.6 as data. A code that is not in it is Unclear when posting unless Weibo answered with a 4xx.
var Table = []Row{
	{Codes: []int{10001, 10002, 10003, 10009, 10010, 10011}, Posting: channels.Unclear, Reading: channels.Retry,
		Text: "微博系统暂时出错，可能已经发出，系统会自动核实，请勿手工重发"},
	{Codes: []int{20032}, Posting: channels.Unclear, Reading: channels.Retry, Wait: 2 * time.Minute,
		Text: "微博已收到，一两分钟后才会显示，系统会自动核实，请勿手工重发"},
	{Codes: []int{20017, 20019, 20111}, Posting: channels.Content, Reading: channels.Defect,
		Text: "微博认为与刚发过的内容相同或过于相似，没有发出。请修改标题或摘要后重新送审"},
	{Codes: []int{10022, 10004}, Posting: channels.Quota, Reading: channels.Quota, Wait: time.Hour,
		Text: "本系统的网络地址调用微博过于频繁，已暂停一小时后自动继续"},
	{Codes: []int{10023, 10024}, Posting: channels.Quota, Reading: channels.Quota, Wait: time.Hour, Daily: true,
		Text: "这个账号今天调用微博的次数已到上限，系统会在额度恢复后自动继续"},
	{Codes: []int{20016}, Posting: channels.Quota, Reading: channels.Quota, Wait: time.Hour,
		Text: "这个账号发微博过于频繁，已暂停一小时后自动继续"},
	{Codes: []int{21314, 21315, 21316, 21317, 21319, 21327, 21332}, Posting: channels.Permission, Reading: channels.Permission,
		Text: "微博授权已失效（过期、被取消或改了密码），请在账号页重新授权"},
	{Codes: []int{10005, 10014, 21321}, Posting: channels.Permission, Reading: channels.Permission,
		Text: "微博应用没有发布权限，请管理员在微博开放平台申请，或把账号改为“人工发布”"},
	{Codes: []int{10017}, Posting: channels.Content, Reading: channels.Defect,
		Text: "微博不接受其中一项内容，请按微博的原话修改后重新送审"},
	{Codes: []int{10006, 10008, 10016, 10020, 10021, 20014}, Posting: channels.Defect, Reading: channels.Defect,
		Text: "系统与微博的接口对不上，没有发出，请联系系统开发人员"},
	{Codes: []int{20008}, Posting: channels.Content, Reading: channels.Defect,
		Text: "微博正文为空，请补上标题或摘要后重新送审"},
	{Codes: []int{20012, 20013}, Posting: channels.Content, Reading: channels.Defect,
		Text: "微博正文过长，请缩短标题或摘要后重新送审"},
	{Codes: []int{20018, 20020, 20021, 21602}, Posting: channels.Content, Reading: channels.Defect,
		Text: "微博认为内容含有不允许的链接、广告或用语，没有发出，请修改后重新送审"},
	{Codes: []int{20005, 20006, 20007, 10018}, Posting: channels.Content, Reading: channels.Defect,
		Text: "微博不接受封面图（类型或大小不符），请更换封面图后重新送审"},
	{Codes: []int{20031, 20033, 10013, 20003, 20015, 20023}, Posting: channels.Permission, Reading: channels.Permission,
		Text: "微博要求验证或账号状态异常，请管理员登录微博处理后再恢复发布"},
	{Codes: []int{20101}, Posting: channels.Defect, Reading: channels.ByHand,
		Text: "微博上已经没有这条帖子，可能被平台或账号管理员删除，请登录微博核实"},
	{Codes: []int{20102, 21335}, Posting: channels.Permission, Reading: channels.Permission,
		Text: "授权的微博账号与登记的账号不一致，已停止发布，请在账号页用正确的账号重新授权"},
}

// reading is how long questions that failed wait, by failures in a row (channels.md §1.6).
var reading = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute}

// rowOf returns the line of a code; false when the table has none.
func rowOf(code int) (Row, bool) {
	i := slices.IndexFunc(Table, func(row Row) bool { return slices.Contains(row.Codes, code) })
	if i < 0 {
		return Row{}, false
	}
	return Table[i], true
}

// problem makes the error of one of our own codes.
func problem(class channels.Class, code, sentence string) *channels.PlatformError {
	return &channels.PlatformError{Code: code, Class: class, Advice: sentence + "（" + code + "）"}
}

// refused makes the error of an answer with a code. posting says which column counts, status is the HTTP status.
func refused(code int, text string, status int, posting bool) *channels.PlatformError {
	row, known := rowOf(code)
	if !known {
		row = Row{Posting: channels.Unclear, Reading: channels.Retry, Text: "微博返回了未知的错误，系统会自动核实，请勿手工重发"}
		if status >= 400 && status < 500 {
			row.Posting, row.Text = channels.Defect, "微博拒绝了请求，错误原因未知，没有发出，请联系系统开发人员"
		}
	}
	class := row.Reading
	if posting {
		class = row.Posting
	}
	failure := problem(class, strconv.Itoa(code), row.Text)
	failure.Text, failure.After = text, row.Wait
	if code == 10017 && posting {
		failure = parameterRefused(failure)
	}
	return failure
}

// byBeijingDay says how long a daily limit lasts: to five minutes past midnight in Beijing.
func byBeijingDay(now time.Time) time.Duration { return channels.UntilTomorrow(sql.FromStd(now)) }

// wrongUser says that a post went to somebody else's account.
func wrongUser(uid string) *channels.PlatformError {
	return problem(channels.ByHand, "wrong_user",
		fmt.Sprintf("帖子发到了另一个微博账号（UID %s）。请立即登录该账号删除，并在账号页用正确的账号重新授权", uid))
}
