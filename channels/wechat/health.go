package wechat

import (
	"context"
	"fmt"
	"strings"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/sql"
)

var _ channels.Prober = (*Channel)(nil)

// The paths that only a probe asks.
const (
	pathDraftCount  = "/cgi-bin/draft/count"
	pathCallbackIP  = "/cgi-bin/getcallbackip"
	pathBasicInfo   = "/cgi-bin/account/getaccountbasicinfo"
	pathQuota       = "/cgi-bin/openapi/quota/get"
	pathMassPreview = "/cgi-bin/message/mass/preview"
)

// pathHealth counts the probes themselves: twenty a day for an account, so that they leave the scarce calls to deliveries.
const (
	pathHealth   = "health"
	healthProbes = 20
)

// The capabilities that WeChat grants or refuses an account, by the paths that need them.
const (
	capDraft    = "draft"
	capPublish  = "publish"
	capMass     = "mass"
	capComment  = "comment"
	capDatacube = "datacube"
)

var capabilityOf = map[string]string{
	pathAddDraft: capDraft, pathGetDraft: capDraft, pathDrafts: capDraft, pathDropDraft: capDraft, pathDraftCount: capDraft,
	pathSubmit: capPublish, pathPoll: capPublish, pathPublished: capPublish, pathDelete: capPublish, pathArticle: capPublish,
	pathSendAll: capMass, pathMass: capMass, pathMassDrop: capMass, pathMassPreview: capMass,
	pathComments: capComment, pathCommentOpen: capComment, pathCommentClose: capComment, pathCommentElect: capComment,
	pathCommentUnmark: capComment, pathCommentDelete: capComment, pathReplyAdd: capComment, pathReplyDelete: capComment,
	pathTotalDetail: capDatacube, pathArticleRead: capDatacube, pathArticleShare: capDatacube, pathBizSummary: capDatacube,
	pathUserSummary: capDatacube, pathUserCumulate: capDatacube, pathInterface: capDatacube,
}

var capabilityLabels = map[string]string{
	capDraft: "草稿箱", capPublish: "发布", capMass: "群发", capComment: "留言", capDatacube: "统计数据",
}

// The quotas that a probe shows.
var quotaLabels = []struct{ path, label string }{
	{pathSubmit, "提交发布"}, {pathPoll, "查询发布结果"}, {pathPublished, "读取已发布列表"}, {pathDelete, "删除文章"}, {pathAddDraft, "新建草稿"}, {pathSendAll, "群发"},
}

// Health implements channels.Prober: the token, what the account is granted, its quotas, where WeChat's callbacks come
// from, and when its certification ends. It takes about a dozen calls, one of them scarce, and may be made twenty times a day.
func (c *Channel) Health(ctx context.Context, account accounts.Account, credentials accounts.Credentials) (channels.Health, error) {
	who, err := partyFor(account, credentials)
	if err != nil {
		return channels.Health{}, err
	}
	if err := c.spend(ctx, who, pathHealth); err != nil {
		return channels.Health{}, err
	}
	h := channels.Health{At: c.db.Now(), Lines: []channels.HealthLine{}, Quotas: []channels.QuotaUse{}}
	if h.Lines, err = c.bindingLines(ctx, account, credentials); err != nil {
		return channels.Health{}, err
	}
	token := channels.HealthLine{Name: "token", Label: "接口凭证", Level: channels.Fine, Sentence: "凭证有效，服务器地址在白名单内。"}
	ips, err := c.callbackIPs(ctx, who)
	if failed := c.lineOf(&token, err); failed && hasClass(err, channels.Permission) {
		h.Lines = append(h.Lines, token)
		return h, nil // nothing else can be asked
	}
	h.Lines = append(h.Lines, token)
	for _, probe := range []struct {
		capability string
		ask        func() error
	}{
		{capDraft, func() error { return c.get(ctx, who, pathDraftCount, nil) }},
		{capPublish, func() error {
			return c.post(ctx, who, pathPublished, map[string]int{"offset": 0, "count": 1, "no_content": 1}, nil)
		}},
		{capDatacube, func() error { return c.yesterday(ctx, who) }},
	} {
		h.Lines = append(h.Lines, c.capability(ctx, who, probe.capability, probe.ask()))
	}
	refused, err := c.refusals(ctx, who)
	if err != nil {
		return channels.Health{}, err
	}
	h.Lines = append(h.Lines, refused...)
	h.Lines = append(h.Lines, c.certification(ctx, account, who), callbackLine(credentials, ips))
	h.Quotas, err = c.quotas(ctx, who)
	return h, err
}

// bindingLines say which way the account is bound, since when, and what it granted.
func (c *Channel) bindingLines(ctx context.Context, account accounts.Account, credentials accounts.Credentials) ([]channels.HealthLine, error) {
	way := channels.HealthLine{Name: "binding", Label: "绑定方式", Level: channels.Fine, Sentence: "用 AppID 和 AppSecret 绑定。"}
	if Way(credentials) != WayComponent {
		return []channels.HealthLine{way}, nil
	}
	b, err := c.BindingOf(ctx, account, credentials)
	if err != nil {
		return nil, err
	}
	way.Sentence = "扫码授权给第三方平台。"
	if b.Alarm.Level != "" {
		way.Level, way.Code, way.Sentence = channels.Bad, b.Alarm.Level, b.Alarm.Sentence
	}
	if b.Grant == nil {
		return []channels.HealthLine{way}, nil
	}
	if b.Alarm.Level == "" {
		way.Sentence = fmt.Sprintf("公众号“%s”（主体：%s）于 %s扫码授权给第三方平台。", b.Grant.Nickname, b.Grant.Principal, b.Grant.AuthorisedAt.Std().Format("2006年1月2日15:04"))
	}
	return []channels.HealthLine{way, permissionsLine(b)}, nil
}

// permissionsLine names the permission sets that are granted, and what does not work without the others.
func permissionsLine(b Binding) channels.HealthLine {
	line := channels.HealthLine{Name: "permissions", Label: "授予的权限", Level: channels.Fine}
	granted, missing := []string{}, []string{}
	for _, set := range b.Sets {
		if set.Granted {
			granted = append(granted, set.Name)
			continue
		}
		missing = append(missing, set.Name+"（"+set.For+"）")
		line.Level = channels.Warn
	}
	if len(b.Grant.lacking()) > 0 {
		line.Level = channels.Bad
	}
	line.Sentence = "已授予：" + orDefault(strings.Join(granted, "、"), "无") + "。"
	if len(missing) > 0 {
		line.Sentence += "没有授予：" + strings.Join(missing, "、") + "；需要时请重新扫码并勾选。"
	}
	return line
}

// lineOf turns a failed call into the line's level and sentence, and reports whether it failed.
func (c *Channel) lineOf(line *channels.HealthLine, err error) bool {
	p := channels.AsPlatformError(err)
	if err == nil {
		return false
	}
	line.Level = channels.Untold
	if p == nil {
		line.Code, line.Sentence = "database", "本系统的数据库没有响应，请稍后再试。"
		return true
	}
	if hasClass(err, channels.Permission) {
		line.Level = channels.Bad
	}
	line.Code, line.Sentence = p.Code, p.Advice
	return true
}

func (c *Channel) callbackIPs(ctx context.Context, who party) ([]string, error) {
	var answer struct {
		List []string `json:"ip_list"`
	}
	err := c.get(ctx, who, pathCallbackIP, &answer)
	return answer.List, err
}

// yesterday asks for how many followers there were the day before the last, which WeChat has at any hour.
func (c *Channel) yesterday(ctx context.Context, who party) error {
	day := dayOf(c.db.Now().Std()).AddDate(0, 0, -2).Format(time.DateOnly)
	return c.post(ctx, who, pathUserCumulate, map[string]string{"begin_date": day, "end_date": day}, nil)
}

// capability makes the line of a capability that was just tried, and remembers it where it is refused no more.
func (c *Channel) capability(ctx context.Context, who party, name string, err error) channels.HealthLine {
	line := channels.HealthLine{Name: name, Label: capabilityLabels[name], Level: channels.Fine, Sentence: "已获授权，可以使用。"}
	if !c.lineOf(&line, err) {
		if _, liftErr := c.db.Exec(ctx, "wechat_refusal.lift", sql.Args{"account_id": who.accountID, "capability": name}); liftErr != nil {
			line.Level, line.Sentence = channels.Untold, "本系统的数据库没有响应，请稍后再试。"
		}
	}
	return line
}

// refusals makes the lines of what cannot be tried without readers seeing it: what WeChat last said.
func (c *Channel) refusals(ctx context.Context, who party) ([]channels.HealthLine, error) {
	type refusal struct {
		Capability, Code, Text string
		Since                  sql.Time
	}
	rows, err := sql.List[refusal](ctx, c.db, "wechat_refusal.list", sql.Args{"account_id": who.accountID})
	if err != nil {
		return nil, fmt.Errorf("read the refusals of account %s: %w", who.accountID, err)
	}
	lines := []channels.HealthLine{}
	for _, row := range rows {
		if row.Capability != capMass && row.Capability != capComment {
			continue
		}
		p := known(row.Code, row.Text, c.db.Now())
		lines = append(lines, channels.HealthLine{Name: row.Capability, Label: capabilityLabels[row.Capability], Level: channels.Bad, Code: row.Code,
			Sentence: fmt.Sprintf("自 %s 起被拒绝：%s", row.Since.Std().Format("2006-01-02 15:04"), p.Advice)})
	}
	return lines, nil
}

// noteRefusal keeps that WeChat refused a capability; a success there lifts it with the next probe.
func (c *Channel) noteRefusal(ctx context.Context, who party, path string, err error) {
	name := capabilityOf[path]
	if name == "" || !hasCode(err, "48001", "48004", "50002", "53500", "61007", "88000") {
		return
	}
	if hasCode(err, "88000") {
		name = capComment
	}
	p := channels.AsPlatformError(err)
	args := sql.Args{"account_id": who.accountID, "capability": name, "code": p.Code, "text": p.Text, "since": c.db.Now()}
	// Only the health page shows it: the refusal itself is on its way to whoever asked.
	if renewed, err := c.db.ExecOne(ctx, "wechat_refusal.renew", args); err == nil && !renewed {
		_, _ = c.db.Exec(ctx, "wechat_refusal.insert", args)
	}
}

// certification says when the yearly certification ends, after which drafts and publishing are refused: as WeChat says, as the
// register does, or as the account's setting verified_until does (YYYY-MM-DD, the last day).
func (c *Channel) certification(ctx context.Context, account accounts.Account, who party) channels.HealthLine {
	line := channels.HealthLine{Name: "certification", Label: "微信认证", Level: channels.Untold,
		Sentence: "微信没有告诉认证到期日，请在账号的台账卡片里填写“认证到期日”，系统会提前提醒。"}
	end := c.certifiedUntil(ctx, who)
	if end == 0 {
		end = c.registeredUntil(ctx, account)
	}
	if end == 0 {
		return line
	}
	line.ExpiresAt = end.Ptr()
	line.Level, line.Sentence = certificationSays(end, c.db.Now())
	return line
}

// registeredUntil is the end of the certification by the register, or else by the account's settings; 0 when neither has it.
func (c *Channel) registeredUntil(ctx context.Context, account accounts.Account) sql.Time {
	type row struct{ LastDay *sql.Time }
	if registered, err := sql.Get[row](ctx, c.db, "wechat_certification.registered", sql.Args{"account_id": account.ID}); err == nil && registered.LastDay != nil {
		return registered.LastDay.Add(24 * time.Hour)
	}
	text, _ := account.Settings["verified_until"].(string)
	last, err := time.ParseInLocation(time.DateOnly, text, sql.Beijing)
	if err != nil {
		return 0
	}
	return sql.FromStd(last.AddDate(0, 0, 1))
}

// certifiedUntil asks WeChat; 0 when it does not say. Documented for third-party platforms only, so a refusal is nothing.
func (c *Channel) certifiedUntil(ctx context.Context, who party) sql.Time {
	var answer struct {
		Verify struct {
			End looseText `json:"annual_review_end_time"`
		} `json:"wx_verify_info"`
	}
	if err := c.post(ctx, who, pathBasicInfo, map[string]any{}, &answer); err != nil {
		return 0
	}
	return seconds(answer.Verify.End)
}

func callbackLine(credentials accounts.Credentials, ips []string) channels.HealthLine {
	line := channels.HealthLine{Name: "callback", Label: "消息推送", Level: channels.Fine,
		Sentence: fmt.Sprintf("已设置令牌和密钥。微信从 %d 个地址推送，请在防火墙放行。", len(ips))}
	if Way(credentials) == WayComponent {
		line.Sentence = fmt.Sprintf("由第三方平台接收。微信从 %d 个地址推送，请在防火墙放行。", len(ips))
	} else if _, err := keysOf(credentials); err != nil {
		line.Level, line.Sentence = channels.Warn, "没有设置消息推送的令牌和密钥，发布结果只能靠查询得知。请在账号页补充，并在微信后台启用安全模式。"
	}
	return line
}

// quotas asks how much of each daily quota is used. WeChat's figures have been seen to stand still, so ours stand beside.
func (c *Channel) quotas(ctx context.Context, who party) ([]channels.QuotaUse, error) {
	list := make([]channels.QuotaUse, 0, len(quotaLabels))
	for _, q := range quotaLabels {
		own, err := channels.Spent(ctx, c.db, who.accountID, q.path)
		if err != nil {
			return nil, err
		}
		use := channels.QuotaUse{Name: q.path, Label: q.label, Used: own, Most: c.budgets[q.path], Own: own}
		var answer struct {
			Quota struct {
				Limit looseText `json:"daily_limit"`
				Used  looseText `json:"used"`
			} `json:"quota"`
		}
		if err := c.post(ctx, who, pathQuota, map[string]string{"cgi_path": q.path}, &answer); err == nil && answer.Quota.Limit != "" {
			use.Most, use.Used = numberOf(string(answer.Quota.Limit)), numberOf(string(answer.Quota.Used))
		}
		list = append(list, use)
	}
	return list, nil
}
