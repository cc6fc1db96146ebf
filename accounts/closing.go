package accounts

import (
	"context"
	"database/sql/driver"
	"slices"
	"strings"

	"govmedia/fault"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// Ending is what the end of an account needs besides the steps of the chain: it is closed only when its content is kept, the
// platform's proof is there, the national register knows, and its readers are told where to go.
type Ending struct {
	ArchivedOn     *sql.Time   `json:"archived_on"`
	ArchivedTo     string      `json:"archived_to"` // where the content is kept
	Proof          sql.Strings `json:"proof"`       // attachments: what the platform gave
	NationalOn     *sql.Time   `json:"national_on"` // reported to the national reporting system
	NationalNumber string      `json:"national_number"`
	GoneTo         string      `json:"gone_to"` // what the public reads: where to go now
}

// Value implements driver.Valuer.
func (e Ending) Value() (driver.Value, error) { return sql.EncodeJSON(e) }

// Scan implements sql.Scanner.
func (e *Ending) Scan(value any) error { return sql.DecodeJSON(value, e) }

// maxGoneTo is the longest text that says where readers go, in characters.
const maxGoneTo = 500

// writeEnding takes what the unit told about the end of its account into the application.
func (c *casework) writeEnding(ctx context.Context, ending Ending) error {
	ending.ArchivedTo, ending.NationalNumber, ending.GoneTo = strings.TrimSpace(ending.ArchivedTo), strings.TrimSpace(ending.NationalNumber), strings.TrimSpace(ending.GoneTo)
	if !isText(ending.ArchivedTo, maxOpinion) || !isText(ending.NationalNumber, maxNumber) || !isText(ending.GoneTo, maxGoneTo) {
		return ErrApplicationText.On("ending")
	}
	for _, day := range []*sql.Time{ending.ArchivedOn, ending.NationalOn} {
		if day != nil && (*day > c.db.Now() || *day < earliest) {
			return ErrStepDay.Say("归档、报送的日期不能晚于现在，请核对后重新填写。").On("ending")
		}
	}
	if err := c.ownFiles(ctx, ending.Proof); err != nil {
		return err
	}
	ending.Proof = orEmpty(ending.Proof)
	c.app.Ending = ending
	return nil
}

// ending asks for what must be there before an account is closed.
func (l *shortfall) ending() {
	e := l.app.Ending
	if e.ArchivedOn == nil || e.ArchivedTo == "" {
		l.needs(ErrEndingProof, "ending.archived_on", "还没有登记内容归档，请归档后填写日期和存放的位置。")
	}
	if len(e.Proof) == 0 {
		l.needs(ErrEndingProof, "ending.proof", "还没有平台的注销证明，请上传截图或回执。")
	}
	if l.record != nil && l.record.Particulars.Reported != nil && *l.record.Particulars.Reported && e.NationalOn == nil {
		l.needs(ErrEndingProof, "ending.national_on", "账号在全国报送系统中，请在那里报送关停后填写日期。")
	}
	if e.GoneTo == "" {
		l.needs(ErrEndingProof, "ending.gone_to", "请写明关停后公众去哪里：网站、公众号的名称或网址。")
	}
}

// EndingStep is one step of the way to the end of an account, for the screen.
type EndingStep struct {
	Name  string    `json:"name"` // decision, filing, notice, updates, archive, proof, national, gone_to
	Text  string    `json:"text"` // what the step is called
	Note  string    `json:"note"` // a sentence: what is wanting; empty where the name says all
	Done  bool      `json:"done"`
	Until *sql.Time `json:"until"` // of the notice: from when on the account may be closed; null when nobody knows yet
}

// endingSteps tells the way to the end of an account, in its order.
func (c *casework) endingSteps(ctx context.Context) ([]EndingStep, error) {
	if !c.app.EndsAccount() {
		return []EndingStep{}, nil
	}
	e := c.app.Ending
	isDone := func(actions ...rules.StageAction) bool {
		for _, step := range c.steps {
			for _, action := range actions {
				if step.Action == action && !step.past() {
					return false
				}
			}
		}
		return c.app.State == RunningApplication || c.app.State == DoneApplication
	}
	steps := []EndingStep{
		{Name: "decision", Text: "单位决定", Done: isDone(rules.ActionConsent)},
		{Name: "filing", Text: "报主管单位", Done: isDone(rules.ActionApply, rules.ActionFile, rules.ActionReview, rules.ActionApprove)},
	}
	notice, err := c.endingNotice(ctx)
	if err != nil {
		return nil, err
	}
	closed := c.app.CarriedOutAt != nil
	steps = append(steps, notice, EndingStep{Name: "updates", Text: "注销前照常更新、值守", Done: closed},
		EndingStep{Name: "archive", Text: "内容归档", Done: e.ArchivedOn != nil && e.ArchivedTo != ""}, EndingStep{Name: "proof", Text: "平台注销证明", Done: len(e.Proof) > 0})
	if c.record != nil && c.record.Particulars.Reported != nil && *c.record.Particulars.Reported {
		steps = append(steps, EndingStep{Name: "national", Text: "全国报送系统", Done: e.NationalOn != nil})
	}
	return append(steps, EndingStep{Name: "gone_to", Text: "告知公众去向", Done: e.GoneTo != ""}), nil
}

func (c *casework) endingNotice(ctx context.Context) (EndingStep, error) {
	notice := EndingStep{Name: "notice", Text: "公告期满"}
	err := noticesReady(ctx, c.db, c.announcement())
	refusal := fault.As(err)
	if err != nil && refusal == nil {
		return notice, err
	}
	notice.Done = err == nil
	if refusal == nil {
		return notice, nil
	}
	lack, _ := refusal.Detail.(NoticeLack)
	if notice.Done = slices.ContainsFunc(c.waivers, func(w Waiver) bool { return w.Rule == noticeRule(lack.Rule) }); notice.Done {
		notice.Note = "主管单位已写明理由放行。"
		return notice, nil
	}
	notice.Note, notice.Until = refusal.Sentence, lack.EarliestAt
	return notice, nil
}

// Closing is what is told when an account is closed that no chain is about.
type Closing struct {
	Reason string
	Proof  []string // attachments of the unit: what the platform gave; none for an account that never was in use
	GoneTo string   // what the public reads
}

// Close ends an account for good where no chain of stages exists for that; where one exists, the application does it. What it
// posted and missed stays readable. The platform's proof and the place where its readers go now are told with it, except of
// an account that never was in use. Errors: ErrNeedsApplication, ErrClosingIncomplete, ErrReasonRequired, ErrApplicationText,
// ErrApplicationRunning, those of Suspend.
func Close(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, closing Closing) (Account, error) {
	reason, gone := strings.TrimSpace(closing.Reason), strings.TrimSpace(closing.GoneTo)
	if reason == "" || !isText(reason, maxReason) {
		return Account{}, ErrReasonRequired.On("reason")
	}
	if !isText(gone, maxGoneTo) {
		return Account{}, ErrApplicationText.On("gone_to")
	}
	err := db.InTx(ctx, func(tx *sql.DB) error {
		account, err := forChange(ctx, tx, actor, id, units.WriteAccounts)
		if err != nil {
			return err
		}
		switch {
		case account.Version != version:
			return ErrStale
		case account.State == Closed:
			return ErrStateRefuses
		}
		if err := nothingRunning(ctx, tx, account.ID); err != nil {
			return err
		}
		if account.InUseAt != nil {
			if err := needsChain(ctx, tx, book, account, rules.ProcessShut, rules.ProcessCancel); err != nil {
				return err
			}
			if len(closing.Proof) == 0 || gone == "" {
				return ErrClosingIncomplete.On("proof")
			}
			if _, err := ownAttachments(ctx, tx, account.UnitID, closing.Proof); err != nil {
				return err
			}
		}
		was := account.State
		if err := endAccount(ctx, tx, book, account, tx.Now(), gone); err != nil {
			return err
		}
		return audit(ctx, tx, actor, account, ActionClose, sql.Object{"from": was, "to": Closed, "reason": reason, "gone_to": gone, "proof": closing.Proof})
	})
	if err != nil {
		return Account{}, wrap(err, "%s %s", ActionClose, id)
	}
	return Load(ctx, db, id)
}

// nothingRunning refuses while an application about an account is under way.
func nothingRunning(ctx context.Context, db *sql.DB, accountID string) error {
	open, err := sql.List[Application](ctx, db, "application.open_of_account", sql.Args{"account_id": accountID})
	for _, app := range open {
		if app.State != DraftApplication {
			return ErrApplicationRunning.Say("“%s”有一份%s申请在办，请先办完或撤回那一份。", app.Title, app.Process.Label())
		}
	}
	return err
}

// endAccount closes an account whose row is held; its clocks and those of its columns stop, and so does that of the return of a
// website which is off the net: it does not come back any more.
func endAccount(ctx context.Context, tx *sql.DB, book rules.Book, account Account, at sql.Time, goneTo string) error {
	account.State, account.ClosedAt, account.GoneTo, account.UpdatedAt = Closed, &at, goneTo, tx.Now()
	mine, err := tx.ExecOne(ctx, "account.close_to", account)
	if err != nil {
		return err
	}
	if !mine {
		return ErrStale
	}
	open, err := sql.List[Application](ctx, tx, "application.open_of_account", sql.Args{"account_id": account.ID})
	if err != nil {
		return err
	}
	for _, app := range open {
		if app.OffAt != nil && app.BackAt == nil {
			if err := endReturn(ctx, tx, app.ID, at); err != nil {
				return err
			}
		}
	}
	return settleAccounts(ctx, tx, book, account.ID)
}
