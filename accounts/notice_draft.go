package accounts

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// The longest texts of a notice, in characters.
const (
	maxNoticeTitle = 100
	maxNoticeBody  = 20_000
)

// blankHere stands in a drafted text where somebody must write what the program cannot know; nothing is published with it.
const blankHere = "＿＿＿＿"

// NewNotice is what a notice is drafted from. With an application, all it is about is the application's; with an account, the
// unit, the object and the class of website are taken from the register where they are empty.
type NewNotice struct {
	UnitID        string
	AccountID     *string
	ApplicationID *string
	Process       rules.Process
	Object        rules.Object
	WebsiteClass  string
	Rulebook      string // with Rule: which regulation's rule; both empty: the first rule of the unit's rulebooks that asks for a notice here
	Rule          string
	Title         string // with Body: empty to have the text drafted
	Body          string
	Facts         NoticeFacts
}

// NoticeFacts is what a drafted text tells besides what the register knows; empty where it is not known.
type NoticeFacts struct {
	Name    string // of what is not in the register yet
	Reason  string // why
	NewName string // of a change
	GoneTo  string // where readers go now, or where the content went
	From    string // first day of a time off the net, as the text has it
	Until   string // and its last
}

// DraftNotice begins a notice of a unit at which the actor holds WriteNotices. Where no text is given it is drafted from
// the register, with ＿＿＿＿ where somebody must fill something in. Errors: ErrNoticeAbout, ErrNoticeRule, ErrNoticeTitle,
// ErrNoticeBody, ErrForbidden, ErrNotFound, units.ErrNotFound, units.ErrClosed.
func DraftNotice(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, in NewNotice) (NoticeView, error) {
	var id string
	err := db.InTx(ctx, func(tx *sql.DB) error {
		notice, err := draft(ctx, tx, book, actor, in)
		if err != nil {
			return err
		}
		id = notice.ID
		if _, err := tx.Exec(ctx, "notice.insert", notice); err != nil {
			return err
		}
		return auditNotice(ctx, tx, actor, notice, ActionNoticeDraft, sql.Object{"process": notice.Process, "account_id": in.AccountID,
			"application_id": in.ApplicationID, "rulebook": notice.Rulebook, "rule": notice.Rule})
	})
	if err != nil {
		return NoticeView{}, wrap(err, "draft a notice of unit %s", in.UnitID)
	}
	return NoticeOf(ctx, db, book, actor, id)
}

func draft(ctx context.Context, tx *sql.DB, book rules.Book, actor units.Actor, in NewNotice) (Notice, error) {
	if in.ApplicationID != nil {
		app, err := visibleApplication(ctx, tx, actor, *in.ApplicationID)
		if err != nil {
			return Notice{}, err
		}
		if app.State == WithdrawnApplication || app.State == RefusedApplication {
			return Notice{}, errNotRunning
		}
		in = in.of(app)
	}
	var account *Account
	if in.AccountID != nil {
		if err := lock(ctx, tx, *in.AccountID); err != nil { // it does not go to another unit meanwhile
			return Notice{}, err
		}
		found, err := visible(ctx, tx, actor, *in.AccountID)
		if err != nil {
			return Notice{}, err
		}
		if in.UnitID == "" {
			in.UnitID = found.UnitID
		}
		if in.Object == "" {
			in.Object = rules.AccountObject(rules.Kind(found.Kind))
		}
		account = &found
	}
	unit, err := heldUnit(ctx, tx, actor, in.UnitID, units.WriteNotices)
	if err != nil {
		return Notice{}, err
	}
	if account != nil && in.WebsiteClass == "" {
		known, err := ParticularsOf(ctx, tx, account.ID)
		if err != nil {
			return Notice{}, err
		}
		in.WebsiteClass = known.WebsiteClass
	}
	notice := Notice{ID: sql.NewID(), UnitID: unit.ID, AccountID: in.AccountID, ApplicationID: in.ApplicationID, Process: in.Process, Object: in.Object,
		WebsiteClass: in.WebsiteClass, Articles: sql.Strings{}, State: NoticeDraft, CreatedBy: actor.PersonID, CreatedAt: tx.Now(), UpdatedAt: tx.Now(), Version: 1}
	if notice.Process.Label() == string(notice.Process) || notice.Object.Label() == string(notice.Object) {
		return Notice{}, ErrNoticeAbout.On("process") // outside the vocabulary
	}
	rule, err := chosenRule(ctx, tx, book, unit.Path, &notice, in)
	if err != nil {
		return Notice{}, err
	}
	if in.Title == "" && in.Body == "" {
		in.Title, in.Body = noticeText(unit, account, in, rule)
	}
	notice.Title, notice.Body, err = cleanNotice(in.Title, in.Body)
	return notice, err
}

var errNotRunning = ErrNoticeOrder.Say("申请已经撤回或者没有获得批准，不能再为它发布公告。")

// of is the notice of an application: what it is about is the application's, and what the text tells, where nothing else is told.
func (in NewNotice) of(app Application) NewNotice {
	in.UnitID, in.AccountID, in.Process, in.Object, in.WebsiteClass, in.Rulebook = app.UnitID, app.AccountID, app.Process, app.Object, app.WebsiteClass, app.Rulebook
	for _, fact := range []struct {
		to   *string
		from string
	}{
		{&in.Facts.Name, app.Title}, {&in.Facts.Reason, strings.TrimRight(app.Reason, "。；，. ")}, {&in.Facts.NewName, app.Wanted["name"]},
		{&in.Facts.GoneTo, app.Ending.GoneTo}, {&in.Facts.From, instantText(app.OffFrom)}, {&in.Facts.Until, instantText(app.OffUntil)},
	} {
		if *fact.to == "" {
			*fact.to = fact.from
		}
	}
	if app.Process == rules.ProcessChangeDomain && in.Facts.GoneTo == "" {
		in.Facts.GoneTo = app.Wanted["domain"]
	}
	return in
}

func instantText(at *sql.Time) string {
	if at == nil {
		return ""
	}
	return at.Std().Format("2006年1月2日15:04")
}

// mayAnnounce refuses to publish a notice of an application that has not come to it.
func mayAnnounce(ctx context.Context, tx *sql.DB, n Notice) error {
	if n.ApplicationID == nil {
		return nil
	}
	app, err := loadApplication(ctx, tx, *n.ApplicationID)
	switch {
	case err != nil:
		return err
	case app.State == WithdrawnApplication || app.State == RefusedApplication:
		return errNotRunning
	case app.State != RunningApplication && app.State != DoneApplication:
		return ErrNoticeOrder.Say("申请还没有交出去，或者已被退回。请先办完前面的环节再发布公告。")
	}
	return noticeReached(ctx, tx, *n.ApplicationID, n.Rule)
}

// chosenRule puts the rule that a notice fulfils on it: the one that was named, else the first that asks for it; none where
// no rulebook of the unit says anything.
func chosenRule(ctx context.Context, tx *sql.DB, book rules.Book, path string, notice *Notice, in NewNotice) (rules.PublicNotice, error) {
	law, err := book.Law(ctx, tx)
	if err != nil {
		return rules.PublicNotice{}, err
	}
	for _, rb := range law.Regime(path).At(tx.Now().Std()) {
		if in.Rulebook != "" && rb.ID != in.Rulebook {
			continue
		}
		for _, rule := range rb.NoticesFor(notice.Process, notice.Object, notice.WebsiteClass) {
			if in.Rule == "" || in.Rule == rule.ID {
				notice.Rulebook, notice.Rule, notice.Articles = rb.ID, rule.ID, rule.Articles
				return rule, nil
			}
		}
	}
	if in.Rule != "" {
		return rules.PublicNotice{}, ErrNoticeRule.On("rule")
	}
	return rules.PublicNotice{}, nil
}

// cleanNotice trims a text as it was typed and refuses what cannot be kept.
func cleanNotice(title, body string) (string, string, error) {
	title = strings.TrimSpace(title)
	if !isLine(title, maxNoticeTitle) || hasHidden(title) {
		return "", "", ErrNoticeTitle.On("title")
	}
	body = strings.TrimSpace(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(body))
	if body == "" || !utf8.ValidString(body) || utf8.RuneCountInString(body) > maxNoticeBody || hasHidden(body) {
		return "", "", ErrNoticeBody.On("body")
	}
	return title, body, nil
}

// hasHidden reports whether a text holds signs that nobody sees: controls besides line breaks and tabs, and those that turn
// the direction of writing, with which a reader is shown another text than the one that was signed.
func hasHidden(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r)
	})
}

// textHash is what a signature on a notice binds to.
func textHash(title, body string) string {
	sum := sha256.Sum256([]byte(title + "\n\n" + body))
	return hex.EncodeToString(sum[:])
}

// SHA256 is the hash of the text as it is now.
func (n Notice) SHA256() string { return textHash(n.Title, n.Body) }

// noticeText drafts title and body in the words that such notices have.
func noticeText(unit units.Unit, account *Account, in NewNotice, rule rules.PublicNotice) (title, body string) {
	what := in.Object.Label() + "“" + orBlank(in.Facts.Name) + "”"
	address := ""
	if account != nil {
		what = account.Kind.Label() + "“" + account.Name + "”"
		address = account.HomeURL
	}
	title = fmt.Sprintf("%s关于%s%s的公告", unit.Name, in.Process.Label(), what)
	if utf8.RuneCountInString(title) > maxNoticeTitle {
		title = fmt.Sprintf("关于%s%s的公告", in.Process.Label(), in.Object.Label())
	}
	var lines []string
	if text := openingLine(unit, in, rule, what); text != "" {
		lines = append(lines, text)
	}
	if address != "" && in.Process != rules.ProcessOpen {
		lines = append(lines, "原地址："+address+"。")
	}
	lines = append(lines, readersLines(in, address)...)
	if rule.MinDuration != nil {
		lines = append(lines, fmt.Sprintf("本公告自发布之日起公示%s。公示期间如有意见，请向%s反映。", rule.MinDuration, unit.Name))
	}
	lines = append(lines, "特此公告。", unit.Name)
	return title, strings.Join(lines, "\n\n")
}

func orBlank(text string) string {
	if text = strings.TrimSpace(text); text == "" {
		return blankHere
	}
	return text
}

// openingLine says what is done and why.
func openingLine(unit units.Unit, in NewNotice, rule rules.PublicNotice, what string) string {
	because := "因" + orBlank(in.Facts.Reason) + "，经研究，"
	switch in.Process {
	case rules.ProcessOpen:
		return fmt.Sprintf("%s主办的%s已经开通，现予公告。", unit.Name, what)
	case rules.ProcessChange:
		if in.Facts.NewName != "" {
			return fmt.Sprintf("%s%s的%s名称变更为“%s”。", because, unit.Name, what, in.Facts.NewName)
		}
		return fmt.Sprintf("%s%s的%s作如下变更：%s。", because, unit.Name, what, blankHere)
	case rules.ProcessChangeDomain:
		return fmt.Sprintf("%s%s的%s启用新域名：%s。", because, unit.Name, what, orBlank(in.Facts.GoneTo))
	case rules.ProcessTemporaryOffline, rules.ProcessInterruption, rules.ProcessEmergencyOffline:
		return fmt.Sprintf("因%s，%s的%s自%s起暂停服务，预计%s恢复。给您带来不便，敬请谅解。", orBlank(in.Facts.Reason), unit.Name, what,
			orBlank(in.Facts.From), orBlank(in.Facts.Until))
	case rules.ProcessMigrate:
		if rule.Timing == rules.TimingAfter {
			return fmt.Sprintf("%s的%s的内容迁移工作已经完成。", unit.Name, what)
		}
		return fmt.Sprintf("%s%s的%s将停止更新，原有内容开始迁移。", because, unit.Name, what)
	}
	return fmt.Sprintf("%s%s的%s将予%s，%s前仍正常更新。", because, unit.Name, what, in.Process.Label(), in.Process.Label())
}

// readersLines say where readers go.
func readersLines(in NewNotice, address string) []string {
	switch in.Process {
	case rules.ProcessOpen:
		if address == "" {
			address = blankHere
		}
		return []string{"访问地址：" + address + "。"}
	case rules.ProcessShut, rules.ProcessCancel:
		return []string{"此后请关注：" + orBlank(in.Facts.GoneTo) + "。感谢您一直以来的关注与支持。"}
	case rules.ProcessMigrate:
		return []string{"原有内容的去向：" + orBlank(in.Facts.GoneTo) + "。"}
	}
	return nil
}
