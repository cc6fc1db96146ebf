package accounts

import (
	"context"
	"errors"
	"slices"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// why is what changes the register when an application does.
func (c *casework) why() Why {
	return Why{Kind: WhyApplication, ID: c.app.ID, Reason: cut(c.app.Reason, maxReason)}
}

// enterRegister gives a new account its line in the register, as applying, or brings the line it has to what is wanted now.
func (c *casework) enterRegister(ctx context.Context) error {
	if !c.app.OpensAccount() {
		return nil
	}
	record, err := c.wantedRecord()
	if err != nil {
		return err
	}
	if c.record != nil {
		return c.saveRegister(ctx, *c.record, record)
	}
	record.State = Applying
	made, err := createRecord(ctx, c.db, c.book, c.actor, record, c.why())
	if err != nil {
		return err
	}
	if made, err = recordOf(ctx, c.db, made.ID); err != nil {
		return err
	}
	c.record, c.app.AccountID = &made, &made.ID
	return nil
}

// leaveRegister closes the line of an account that was refused. Its number at the platform is free again.
func (c *casework) leaveRegister(ctx context.Context) error {
	if !c.app.OpensAccount() || c.record == nil || c.record.State != Applying {
		return nil
	}
	account := c.record.Account
	account.ExternalID = nil
	if err := endAccount(ctx, c.db, c.book, account, c.db.Now(), ""); err != nil {
		return err
	}
	return audit(ctx, c.db, c.actor, account, ActionClose, sql.Object{"from": Applying, "to": Closed, "application": c.app.ID})
}

// carryOut does the thing that the application is for, after asking for everything that stands against it.
func (c *casework) carryOut(ctx context.Context, on sql.Time) error {
	lacks, err := c.againstCarryingOut(ctx, &on)
	if err == nil {
		err = refuse(lacks)
	}
	if err == nil {
		err = c.effect(ctx, on)
	}
	c.app.CarriedOutAt = &on
	return err
}

func (c *casework) effect(ctx context.Context, on sql.Time) error {
	switch {
	case c.app.OpensAccount():
		return c.putInUse(ctx, on)
	case c.app.ChangesAccount():
		return c.change(ctx, on)
	case c.app.Process == rules.ProcessTemporaryOffline:
		return c.goOffline(ctx, on)
	case c.app.EndsAccount():
		return c.endAccount(ctx, on)
	case c.app.Object == rules.Column && c.app.Process != rules.ProcessRedesign:
		return c.changeColumn(ctx, on)
	case c.app.Object == rules.Domain, c.app.Object == rules.Mailbox:
		return c.register(ctx, on)
	}
	return nil
}

// putInUse writes into the register what the steps brought, and times the account from now on.
func (c *casework) putInUse(ctx context.Context, on sql.Time) error {
	after := *c.record
	if after.Particulars.OpenedOn == nil {
		after.Particulars.OpenedOn = sql.FromStd(rules.DateOf(on.Std()).Start()).Ptr()
	}
	if err := c.saveRegister(ctx, *c.record, after); err != nil {
		return err
	}
	account := c.record.Account
	account.InUseAt = &on
	return c.moveTo(ctx, account, InUse, ActionPutInUse)
}

// change brings the register to what was wanted. A website that gets another domain keeps the old one beside it.
func (c *casework) change(ctx context.Context, on sql.Time) error {
	after, err := c.wantedRecord()
	if err != nil {
		return err
	}
	before := *c.record
	if after.Particulars.Domain != before.Particulars.Domain {
		if _, told := c.app.Wanted["old_domain"]; !told {
			after.Particulars.OldDomain = before.Particulars.Domain
		}
		if _, told := c.app.Wanted["domain_enabled_on"]; !told {
			after.Particulars.DomainEnabledOn = sql.FromStd(rules.DateOf(on.Std()).Start()).Ptr()
		}
	}
	return c.saveRegister(ctx, before, after)
}

// moveTo takes the account, whose row is held, to another state and lets its clocks follow.
func (c *casework) moveTo(ctx context.Context, account Account, to State, action units.Action) error {
	was := account.State
	account.State, account.UpdatedAt = to, c.db.Now()
	mine, err := c.db.ExecOne(ctx, "account.move", account)
	if err != nil {
		return err
	}
	if !mine {
		return ErrStale
	}
	if err := settleAccounts(ctx, c.db, c.book, account.ID); err != nil {
		return err
	}
	return audit(ctx, c.db, c.actor, account, action, sql.Object{"from": was, "to": to, "application": c.app.ID})
}

// ApplicationSubject is what the clock of a time off the net belongs to.
const ApplicationSubject rules.SubjectKind = "application"

// goOffline takes a website off the net; its clocks wait. By when it must be back is a clock of its own. What it was before is
// kept: one that a person had suspended is suspended when it is back, too.
func (c *casework) goOffline(ctx context.Context, at sql.Time) error {
	if c.app.OffAt != nil { // handed in a second time: it went off the first time, when it is told now that it did
		c.app.OffAt = &at
		return nil
	}
	beside, err := c.offBeside(ctx)
	if err != nil {
		return err
	}
	c.app.OffAt, c.app.OffWas = &at, c.record.State
	if beside != nil { // which took it off
		c.app.OffWas = beside.OffWas
	}
	if err := c.startReturn(ctx, at); err != nil || c.record.State != InUse {
		return err
	}
	return c.moveTo(ctx, c.record.Account, Suspended, ActionSuspend)
}

// startReturn starts the clock of the return: by the day that was planned, at the latest by the rule's. An emergency has none.
func (c *casework) startReturn(ctx context.Context, at sql.Time) error {
	limits := c.rb.TemporaryOffline
	if limits == nil || c.app.Process == rules.ProcessEmergencyOffline {
		return nil
	}
	back, err := limits.Back(at.Std(), c.law.Calendar)
	if err != nil {
		return err
	}
	duty := rules.ClockDuty{SubjectKind: ApplicationSubject, SubjectID: c.app.ID, UnitID: c.unit.ID, Path: c.unit.Path, Platform: string(Website), Rulebook: c.rb.ID,
		Section: rules.SectionTemporaryOffline, Rule: rules.SectionTemporaryOffline, Articles: limits.Articles, Limit: &limits.MaxDuration, StartedAt: at,
		DueAt: sql.FromStd(back.At).Ptr(), EndOfDay: back.EndOfDay}
	if c.app.OffUntil != nil && *c.app.OffUntil < *duty.DueAt {
		duty.DueAt, duty.EndOfDay = c.app.OffUntil, false
	}
	_, err = rules.StartClock(ctx, c.db, duty)
	return err
}

// BackOnline tells that a website is back on the net; it is timed from then on again, if it was before. A return that came too late is recorded.
// By the unit. at nil: now. Errors: ErrOfflineNotOff, ErrStepDay, ErrForbidden, ErrApplicationStale, ErrApplicationNotFound.
func BackOnline(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, at *sql.Time) (Application, error) {
	err := db.InTx(ctx, func(tx *sql.DB) error {
		c, err := take(ctx, tx, book, actor, id, version)
		if err != nil {
			return err
		}
		if err := c.mustHandle(ctx); err != nil {
			return err
		}
		if c.app.OffAt == nil || c.app.BackAt != nil {
			return ErrOfflineNotOff
		}
		back := orElse(at, tx.Now())
		if back > tx.Now() || back < *c.app.OffAt {
			return ErrStepDay.Say("恢复的时间不能晚于现在，也不能早于下线的时间，请核对后重新填写。").On("at")
		}
		c.app.BackAt = &back
		if err := endReturn(ctx, tx, c.app.ID, back); err != nil {
			return err
		}
		beside, err := c.offBeside(ctx)
		if err != nil {
			return err
		}
		if c.record.State == Suspended && c.app.OffWas != Suspended && beside == nil {
			account := c.record.Account
			account.InUseAt = &back
			if err := c.moveTo(ctx, account, InUse, ActionPutInUse); err != nil {
				return err
			}
		}
		if err := c.finish(ctx, orElse(c.app.CarriedOutAt, *c.app.OffAt)); err != nil {
			return err
		}
		return c.keep(ctx, Act{Act: "back", DoneOn: &back}, ActionApplicationBack, sql.Object{"off_at": c.app.OffAt, "back_at": back})
	})
	if err != nil {
		return Application{}, wrap(err, "bring the website of application %s back", id)
	}
	return loadApplication(ctx, db, id)
}

// offBeside is another application for which the website is off the net, too: an emergency during a planned time, or the other
// way round. It is back with the last of them. nil when there is none.
func (c *casework) offBeside(ctx context.Context) (*Application, error) {
	open, err := sql.List[Application](ctx, c.db, "application.open_of_account", sql.Args{"account_id": c.record.ID})
	i := slices.IndexFunc(open, func(other Application) bool { return other.ID != c.app.ID && other.OffAt != nil && other.BackAt == nil })
	if i < 0 {
		return nil, err
	}
	return &open[i], err
}

// endReturn stops the clock of the return that an application started, and keeps that it was late.
func endReturn(ctx context.Context, tx *sql.DB, applicationID string, at sql.Time) error {
	clocks, err := rules.ClocksOf(ctx, tx, ApplicationSubject, applicationID)
	for _, clock := range clocks {
		if !clock.Running() {
			continue
		}
		if clock.Late(at) {
			if err := rules.KeepMissed(ctx, tx, clock, clock.StartedAt, *clock.DueAt, at); err != nil {
				return err
			}
		}
		if _, err := rules.FinishClock(ctx, tx, clock, at); err != nil {
			return err
		}
	}
	return err
}

// endAccount closes the account and tells its readers where to go.
func (c *casework) endAccount(ctx context.Context, on sql.Time) error {
	account := c.record.Account
	if err := endAccount(ctx, c.db, c.book, account, on, c.app.Ending.GoneTo); err != nil {
		return err
	}
	return audit(ctx, c.db, c.actor, account, ActionClose, sql.Object{"from": account.State, "to": Closed, "application": c.app.ID, "gone_to": c.app.Ending.GoneTo,
		"proof": c.app.Ending.Proof})
}

// changeColumn adds a column to its site, takes it off, or gives it another name, kind or address.
func (c *casework) changeColumn(ctx context.Context, on sql.Time) error {
	w := c.app.Wanted
	if w["column_act"] == ColumnAdd {
		column, err := addColumn(ctx, c.db, c.book, c.actor, c.record.Account, NewColumn{AccountID: c.record.ID, Name: w["column_name"], Kind: rules.Kind(w["column_kind"]),
			ParentID: w["column_parent"], Level: levelOf(w["column_parent"]), URL: w["column_url"], CreatedAt: &on})
		c.app.ColumnID = &column.ID
		return err
	}
	column, err := sql.Get[Column](ctx, c.db, "column.get", sql.Args{"id": text(c.app.ColumnID)})
	if err != nil {
		return orElseNotFound(err)
	}
	if w["column_act"] == ColumnRemove {
		return shutColumn(ctx, c.db, c.book, c.actor, column, column.Version)
	}
	was := column
	for field, at := range map[string]*string{"column_name": &column.Name, "column_url": &column.URL} {
		if w[field] != "" {
			*at = w[field]
		}
	}
	if w["column_kind"] != "" {
		column.Kind = rules.Kind(w["column_kind"])
	}
	if err := checkColumn(column); err != nil {
		return err
	}
	column.UpdatedAt = c.db.Now()
	mine, err := c.db.ExecOne(ctx, "column.change", column)
	if err == nil && !mine {
		err = ErrColumnStale
	}
	if err == nil {
		err = settleAccounts(ctx, c.db, c.book, c.record.ID)
	}
	if err != nil {
		return err
	}
	return auditColumn(ctx, c.db, c.actor, column, ActionColumnChange, sql.Object{"application": c.app.ID, "from": was.Name, "to": column.Name, "kind": column.Kind})
}

func levelOf(parentID string) int {
	if parentID == "" {
		return 1
	}
	return 0 // below its parent
}

func orElseNotFound(err error) error {
	if errors.Is(err, sql.ErrNone) {
		return ErrColumnNotFound
	}
	return err
}
