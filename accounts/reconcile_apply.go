package accounts

import (
	"context"
	"errors"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// applyFor begins the application that a difference asks for, filled with what they say, and returns its id: to open an account
// that is not ours, to end one that they do not have any more, to change one that differs. Where one of the kind is being written
// already, what differs is added to it; one that was handed in is left as it is. Errors: those of Apply, ErrUnitUnknown.
func applyFor(ctx context.Context, tx *sql.DB, book rules.Book, actor units.Actor, item ReconcileItem, reason string) (string, error) {
	if item.AccountID == nil {
		return applyToOpen(ctx, tx, book, actor, item, reason)
	}
	account, err := visible(ctx, tx, actor, *item.AccountID)
	if err != nil {
		return "", err
	}
	wanted := NewApplication{AccountID: account.ID, Object: rules.AccountObject(rules.Kind(account.Kind)), Draft: ApplicationDraft{Reason: &reason}}
	processes := []rules.Process{rules.ProcessChange}
	if item.Kind == ItemOpen {
		processes = []rules.Process{rules.ProcessShut, rules.ProcessCancel}
	} else if wanted.Draft.Wanted, err = wantedOf(ctx, tx, actor, item, Record{Account: account}); err != nil {
		return "", err
	}
	under, err := sql.List[Application](ctx, tx, "application.open_of_account", sql.Args{"account_id": account.ID})
	if err != nil {
		return "", err
	}
	for _, process := range processes {
		for _, app := range under {
			if app.Process == process && app.Object == wanted.Object {
				return app.ID, addTo(ctx, tx, book, actor, app, wanted.Draft.Wanted)
			}
		}
	}
	for _, process := range processes {
		wanted.Process = process
		app, failed := Apply(ctx, tx, book, actor, wanted)
		if failed == nil {
			return app.ID, nil
		}
		if err = failed; !errors.Is(failed, ErrNoChain) { // said before anything is written, so the next may be tried
			break
		}
	}
	return "", err
}

// addTo writes what differs into an application that is still being written.
func addTo(ctx context.Context, tx *sql.DB, book rules.Book, actor units.Actor, app Application, wanted Wanted) error {
	if app.State == RunningApplication || len(wanted) == 0 {
		return nil
	}
	_, err := SaveApplication(ctx, tx, book, actor, app.ID, app.Version, ApplicationDraft{Wanted: wanted})
	return err
}

func applyToOpen(ctx context.Context, tx *sql.DB, book rules.Book, actor units.Actor, item ReconcileItem, reason string) (string, error) {
	fresh, err := theirsOf(item)
	if err != nil {
		return "", err
	}
	complete(&fresh)
	if err := (foundUnits{}).find(ctx, tx, actor, &fresh); err != nil {
		return "", err
	}
	wanted, err := wantedOf(ctx, tx, actor, item, fresh)
	if err != nil {
		return "", err
	}
	delete(wanted, unitField.Name)
	app, err := Apply(ctx, tx, book, actor, NewApplication{UnitID: fresh.UnitID, Process: rules.ProcessOpen, Object: rules.AccountObject(rules.Kind(fresh.Kind)),
		WebsiteClass: fresh.Particulars.WebsiteClass, Draft: ApplicationDraft{Wanted: wanted, Reason: &reason}})
	return app.ID, err
}

// theirsOf is a new record of what they say.
func theirsOf(item ReconcileItem) (Record, error) {
	fresh := Record{}
	for _, f := range fields {
		if text := item.Theirs[f.Name]; text != "" {
			if err := fresh.Set(f.Name, text); err != nil {
				return Record{}, err
			}
		}
	}
	return fresh, nil
}

// wantedOf are the fields that an application may ask for, as they say them. Another unit must be one of ours.
func wantedOf(ctx context.Context, tx *sql.DB, actor units.Actor, item ReconcileItem, of Record) (Wanted, error) {
	wanted := Wanted{}
	for _, f := range fields {
		text, said := item.Theirs[f.Name]
		if said && !f.Fixed && f.Has(of.Kind) {
			wanted[f.Name] = text
		}
	}
	if name := wanted[unitField.Name]; name != "" {
		if err := (foundUnits{}).find(ctx, tx, actor, &Record{Account: Account{UnitName: name}}); err != nil {
			return nil, ErrUnitUnknown.Say("单位树里没有对方写的主办单位“%s”，或者不在您的管理范围内。请先建立单位，或改用别的处理方式。", cut(name, 60)).Because(err)
		}
	}
	return wanted, nil
}
