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

// What a person can meet when setting up, authorising and reading an account.
var (
	ErrRoute = fault.Define("weibo.route_unsupported", fault.Invalid,
		"微博发布方式只能填 article（头条文章）、update（微博）、share（分享）或 auto（自动选择），多种方式用逗号按先后顺序隔开。请改正。")
	ErrUID     = fault.Define("weibo.uid_required", fault.Invalid, "请填写微博账号的数字 UID（在个人主页网址里可以看到）。")
	ErrDomain  = fault.Define("weibo.safe_domain", fault.Invalid, "安全域名请只填域名本身，例如 m.example.gov.cn，不带 http:// 和路径。")
	ErrPicture = fault.Define("weibo.pictures", fault.Invalid, "配图方式只能填 upload（上传）、url（由微博按网址抓取）或 none（不带图）。请改正。")
	ErrNoApp   = fault.Define("weibo.app_missing", fault.Conflict, "账号还没有填写微博应用的 App Key 和 App Secret。请先在账号页填写，再授权。")
	ErrState   = fault.Define("weibo.state_invalid", fault.Forbidden, "这个授权链接已经用过、过期或不完整。请回到账号页，重新点“去微博授权”。")
	ErrDenied  = fault.Define("weibo.denied", fault.Conflict, "您在微博上没有同意授权，账号没有任何变化。需要时请回到账号页重新授权。")
	ErrWrong   = fault.Define("weibo.wrong_account", fault.Conflict, "授权的微博账号与登记的账号不一致，没有绑定。请退出微博后用正确的账号重新授权。")
	ErrRefused = fault.Define("weibo.refused", fault.Unavailable, "微博没有给出授权，账号没有任何变化。请稍后重试；仍不行请核对 App Key、App Secret 和回调地址。")
	ErrComment = fault.Define("weibo.comment_length", fault.Invalid, "微博评论不能为空，也不能超过140个字。请修改后再发。")
)

// Action is what the program does about a code, besides what the class says.
type Action string

// The actions of the table (channels.md §1.6).
const (
	LookFirst    Action = "look"          // ask the timeline what became of it; again only when it is absent twice
	VerifyLater  Action = "verify"        // taken: look at 2, 5 and 15 minutes, never send again
	AdoptOurs    Action = "adopt"         // on a repetition: find it and take it as ours
	PauseHost    Action = "pause_host"    // nobody on this address calls for an hour
	PauseAccount Action = "pause"         // this account does not call for an hour; the second time, until 00:05 in Beijing
	PausePosts   Action = "pause_posts"   // this account does not post for an hour; it may read
	Reauthorise  Action = "reauthorise"   // the account waits for a new authorisation; its deliveries are held
	NextRoute    Action = "next_route"    // this way to post is off for the app; the next one configured is taken
	ToEditor     Action = "editor"        // back to the editor with Weibo's own words
	ToDevelopers Action = "developers"    // our mistake or a changed interface
	ShrinkOnce   Action = "shrink"        // the picture is made smaller, once
	SuspendHuman Action = "suspend"       // a person signs in to Weibo and mends it
	IsGone       Action = "gone"          // there is no such post: on taking down, success; on looking, an alarm
	WrongToken   Action = "wrong_token"   // the token is somebody else's: stop
	StoreUnclear Action = "store_unclear" // the article is stored, the short post is not sure: never send again by itself
)

// Row is one line of the table of Weibo's error codes: what a code means for a delivery.
type Row struct {
	Codes   []int
	Posting channels.Class // when the answer came to a request to post
	Reading channels.Class // when it came to a question
	Action  Action
	Wait    time.Duration // 0 leaves it to the caller
	Text    string        // Chinese: what happened and what to do, without a stop at the end
}

// held is how long a delivery waits between two looks at whether its account was authorised. They are our own: Weibo is not asked.
const held = 5 * time.Minute

// Table is channels.md §1.6 as data. A code that is not in it is Unclear when posting unless Weibo answered with a 4xx.
var Table = []Row{
	{Codes: []int{10001, 10002, 10003, 10009, 10010, 10011}, Posting: channels.Unclear, Reading: channels.Retry, Action: LookFirst,
		Text: "微博系统暂时出错，可能已经发出，系统会自动核实，请勿手工重发"},
	{Codes: []int{20032}, Posting: channels.Unclear, Reading: channels.Retry, Action: VerifyLater, Wait: 2 * time.Minute,
		Text: "微博已收到，一两分钟后才会显示，系统会自动核实，请勿手工重发"},
	{Codes: []int{20017, 20019, 20111}, Posting: channels.Content, Reading: channels.Defect, Action: AdoptOurs,
		Text: "微博认为与刚发过的内容相同或过于相似，没有发出。请修改标题或摘要后重新送审"},
	{Codes: []int{10022, 10004}, Posting: channels.Quota, Reading: channels.Quota, Action: PauseHost, Wait: time.Hour,
		Text: "本系统的网络地址调用微博过于频繁，所有微博账号已暂停一小时，请等待系统自动继续"},
	{Codes: []int{10023, 10024}, Posting: channels.Quota, Reading: channels.Quota, Action: PauseAccount, Wait: time.Hour,
		Text: "这个账号今天调用微博的次数已到上限，请等待额度恢复，系统会自动继续"},
	{Codes: []int{20016}, Posting: channels.Quota, Reading: channels.Quota, Action: PausePosts, Wait: time.Hour,
		Text: "这个账号发微博过于频繁，已暂停发布一小时，请等待系统自动继续"},
	{Codes: []int{21314, 21315, 21316, 21317, 21319, 21327, 21332}, Posting: channels.Quota, Reading: channels.Quota, Action: Reauthorise, Wait: held,
		Text: "微博授权已失效（过期、被取消或改了密码），没有发出。请在账号页重新授权，授权后系统自动继续"},
	{Codes: []int{10005, 10014, 21321}, Posting: channels.Permission, Reading: channels.Permission, Action: NextRoute,
		Text: "微博应用没有这种发布权限，没有发出。请管理员在微博开放平台申请，或改用别的发布方式，或把账号改为“人工发布”"},
	{Codes: []int{10017}, Posting: channels.Content, Reading: channels.Defect, Action: ToEditor,
		Text: "微博不接受其中一项内容，请按微博的原话修改后重新送审"},
	{Codes: []int{10006, 10008, 10016, 10020, 10021, 20014}, Posting: channels.Defect, Reading: channels.Defect, Action: ToDevelopers,
		Text: "系统与微博的接口对不上，没有发出，请联系系统开发人员"},
	{Codes: []int{20008}, Posting: channels.Content, Reading: channels.Defect, Action: ToEditor,
		Text: "微博正文为空，请补上标题或摘要后重新送审"},
	{Codes: []int{20012, 20013}, Posting: channels.Content, Reading: channels.Defect, Action: ToEditor,
		Text: "微博正文过长，请缩短标题或摘要后重新送审"},
	{Codes: []int{20018, 20020, 20021, 21602}, Posting: channels.Content, Reading: channels.Defect, Action: ToEditor,
		Text: "微博认为内容含有不允许的链接、广告或用语，没有发出，请修改后重新送审"},
	{Codes: []int{20005, 20006, 20007, 10018}, Posting: channels.Content, Reading: channels.Defect, Action: ShrinkOnce,
		Text: "微博不接受封面图（类型或大小不符），缩小后仍不行，请更换封面图后重新送审"},
	{Codes: []int{20031, 20033, 10013, 20003, 20015, 20023}, Posting: channels.Permission, Reading: channels.Permission, Action: SuspendHuman,
		Text: "微博要求验证或账号状态异常，已停止发布，请管理员登录微博处理后再恢复"},
	{Codes: []int{20101}, Posting: channels.Defect, Reading: channels.ByHand, Action: IsGone,
		Text: "微博上已经没有这条帖子，可能被平台或账号管理员删除，请登录微博核实"},
	{Codes: []int{20102, 21335}, Posting: channels.Permission, Reading: channels.Permission, Action: WrongToken,
		Text: "授权的微博账号与登记的账号不一致，已停止发布，请在账号页用正确的账号重新授权"},
}

// ArticleTable has the codes of the headline articles' own interface (channels.md §1.2), whose small numbers mean other things
// than those of Table.
var ArticleTable = []Row{
	{Codes: []int{10001}, Posting: channels.Unclear, Action: LookFirst,
		Text: "微博头条文章系统暂时出错，可能已经发出，系统会自动核实，请勿手工重发"},
	{Codes: []int{10008}, Posting: channels.Content, Action: ToEditor,
		Text: "微博不接受头条文章的一项内容（标题、正文、封面或导语），请按微博的原话修改后重新送审"},
	{Codes: []int{11001}, Posting: channels.Quota, Action: PausePosts, Wait: time.Hour,
		Text: "这个账号发头条文章过于频繁，已暂停发布一小时，请等待系统自动继续"},
	{Codes: []int{11002}, Posting: channels.Unclear, Action: LookFirst,
		Text: "微博说头条文章的短微博没有发成，系统会自动核实，请勿手工重发"},
	{Codes: []int{11003}, Posting: channels.Unclear, Action: StoreUnclear,
		Text: "微博已存下头条文章，但没有绑定短微博，系统会自动核实，请勿手工重发"},
}

// DefaultAgain is how long questions that failed wait, by failures in a row (channels.md §1.6).
func DefaultAgain() []time.Duration {
	return []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute}
}

// rowOf returns the line of a code in a table; false when it has none.
func rowOf(table []Row, code int) (Row, bool) {
	i := slices.IndexFunc(table, func(row Row) bool { return slices.Contains(row.Codes, code) })
	if i < 0 {
		return Row{}, false
	}
	return table[i], true
}

// actionOf returns what is to be done about a failure; nothing for one of our own codes.
func actionOf(failure *channels.PlatformError) Action {
	if code, ok := articleCode(failure.Code); ok {
		row, _ := rowOf(ArticleTable, code)
		return row.Action
	}
	code, err := strconv.Atoi(failure.Code)
	if err != nil {
		return ""
	}
	row, _ := rowOf(Table, code)
	return row.Action
}

// problem makes the error of one of our own codes.
func problem(class channels.Class, code, sentence string) *channels.PlatformError {
	return &channels.PlatformError{Code: code, Class: class, Advice: sentence + "（" + code + "）"}
}

// refused makes the error of an answer with a code. posting says which column counts, status is the HTTP status.
func refused(code int, text string, status int, posting bool) *channels.PlatformError {
	row, known := rowOf(Table, code)
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

// articleRefused makes the error of a code of the headline articles' interface; one that is not in its table is unclear.
func articleRefused(code int, text string) *channels.PlatformError {
	row, known := rowOf(ArticleTable, code)
	if !known {
		row = Row{Posting: channels.Unclear, Text: "微博头条文章返回了未知的错误，系统会自动核实，请勿手工重发"}
	}
	failure := problem(row.Posting, "article_"+strconv.Itoa(code), row.Text)
	failure.Text, failure.After = text, row.Wait
	return failure
}

// byBeijingDay says how long a daily limit lasts: to five minutes past midnight in Beijing.
func byBeijingDay(now time.Time) time.Duration { return channels.UntilTomorrow(sql.FromStd(now)) }

// wrongUser says that a post went to somebody else's account.
func wrongUser(uid string) *channels.PlatformError {
	return problem(channels.ByHand, "wrong_user",
		fmt.Sprintf("帖子发到了另一个微博账号（UID %s）。请立即登录该账号删除，并在账号页用正确的账号重新授权", uid))
}
