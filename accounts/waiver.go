package accounts

import (
	"context"
	"slices"
	"strings"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// Waiver is something that stood against an application and that the office let pass, with its reason.
type Waiver struct {
	ID            string      `json:"id"`
	ApplicationID string      `json:"-"`
	Rule          string      `json:"rule"`
	Articles      sql.Strings `json:"articles"`
	Text          string      `json:"text"` // what stood against it
	Reason        string      `json:"reason"`
	PersonID      string      `json:"person_id"`
	PersonName    string      `json:"person_name"`
	At            sql.Time    `json:"at"`
}

// Waive lets one thing pass that stands against an application, for a reason that goes into the audit chain. Only what the
// regulation demands in principle (原则上, K14), and only by the administrator of the office that supervises the unit.
// Errors: ErrApplicationOffice, ErrApplicationReason, ErrWaiverUnknown when nothing of the kind stands against it,
// ErrWaiverRefused when nobody may let it pass, ErrApplicationStale, ErrApplicationNotFound.
func Waive(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, rule, reason string) (Application, error) {
	reason = strings.TrimSpace(reason)
	err := db.InTx(ctx, func(tx *sql.DB) error {
		c, err := take(ctx, tx, book, actor, id, version)
		if err != nil {
			return err
		}
		switch {
		case !c.isOffice():
			return ErrApplicationOffice
		case reason == "" || !isText(reason, maxOpinion):
			return ErrApplicationReason.On("reason")
		}
		lacks, err := c.missing(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(lacks, func(l Lack) bool { return l.Rule == rule && !l.Waived })
		if i < 0 {
			return ErrWaiverUnknown
		}
		if !lacks[i].Overridable {
			return ErrWaiverRefused.Say("%s是必须遵守的规定，写明理由也不能放行。请按规定补齐后再办理。", lacks[i].Citation).Under(lacks[i].Rulebook, lacks[i].Articles)
		}
		waiver := Waiver{ID: sql.NewID(), ApplicationID: c.app.ID, Rule: rule, Articles: lacks[i].Articles, Text: cut(lacks[i].Text, maxReason), Reason: reason,
			PersonID: actor.PersonID, PersonName: cut(actor.Name, maxSigner), At: tx.Now()}
		if _, err := tx.Exec(ctx, "waiver.insert", waiver); err != nil {
			return err
		}
		return c.keep(ctx, Act{Act: "waive", Text: reason}, ActionApplicationWaive, sql.Object{"rule": rule, "articles": lacks[i].Articles, "reason": reason})
	})
	if err != nil {
		return Application{}, wrap(err, "waive %s of application %s", rule, id)
	}
	return loadApplication(ctx, db, id)
}
