package accounts

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"govmedia/fault"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// maxPlaces bounds the places of one notice.
const maxPlaces = 20

// NewPlace is a place where a notice was published besides our own pages.
type NewPlace struct {
	Place       string    // as the rulebooks name it, or PlaceOther
	Name        string    // for PlaceOther: what it is called
	URL         string    // of the notice there
	PublishedAt *sql.Time // there; nil is now
}

// AddNoticePlace records that a signed notice stands somewhere else, too. The time of a notice that must stand there begins
// with it. Whether the address may be looked at the caller has asked. Errors: as SaveNotice, ErrNoticePlace,
// ErrNoticePlaceURL, ErrNoticePlaceAt, ErrNoticeTwice, ErrNoticeTooMany.
func AddNoticePlace(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, in NewPlace) (NoticeView, error) {
	in.Name, in.URL = strings.TrimSpace(in.Name), strings.TrimSpace(in.URL)
	if err := in.check(); err != nil {
		return NoticeView{}, err
	}
	return changeNotice(ctx, db, book, actor, id, version, ActionNoticePlace, func(tx *sql.DB, n *Notice) (sql.Object, error) {
		if n.State != NoticeSigned && n.State != NoticeStanding {
			return nil, ErrNoticeState
		}
		if slices.ContainsFunc(n.Places, func(p NoticePlace) bool { return p.Place == in.Place && p.URL == in.URL }) {
			return nil, ErrNoticeTwice.On("url")
		}
		if len(n.Places) >= maxPlaces {
			return nil, ErrNoticeTooMany
		}
		place := NoticePlace{ID: sql.NewID(), NoticeID: n.ID, Place: in.Place, Name: in.Name, URL: in.URL, PublishedAt: tx.Now(), RecordedBy: actor.PersonID,
			RecordedAt: tx.Now(), NextCheckAt: tx.Now()}
		if in.PublishedAt != nil {
			place.PublishedAt = *in.PublishedAt
		}
		signedDay := sql.FromStd(rules.DateOf(n.SignedAt.Std()).Start())
		if place.PublishedAt > tx.Now() || place.PublishedAt < signedDay {
			return nil, ErrNoticePlaceAt.Say("在那里发布的时间要在签发当天（%s）或之后，不能晚于现在，请核对后重新填写。", rules.DateOf(n.SignedAt.Std())).On("published_at")
		}
		if _, err := tx.Exec(ctx, "notice.place_insert", place); err != nil {
			return nil, err
		}
		n.Places = append(n.Places, place)
		return sql.Object{"place": place.Place, "name": place.Name, "url": place.URL, "published_at": place.PublishedAt}, n.stood(ctx, tx, book)
	})
}

func (p *NewPlace) check() error {
	switch {
	case placeNames[p.Place] == "":
		return ErrNoticePlace.On("place")
	case p.Place == PlaceOther && !isLine(p.Name, maxName):
		return ErrNoticePlace.On("name")
	case !isWebURL(p.URL, maxPostURL):
		return ErrNoticePlaceURL.On("url")
	}
	if p.Place != PlaceOther {
		p.Name = PlaceName(p.Place)
	}
	return nil
}

// RemoveNoticePlace takes back what was recorded of a place by mistake. Where the notice must stand there, its time has not
// begun any more. Errors: as SaveNotice, ErrNoticePlace.
func RemoveNoticePlace(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, placeID string) (NoticeView, error) {
	return changeNotice(ctx, db, book, actor, id, version, ActionNoticeUnplace, func(tx *sql.DB, n *Notice) (sql.Object, error) {
		if n.State != NoticeSigned && n.State != NoticeStanding {
			return nil, ErrNoticeState
		}
		i := slices.IndexFunc(n.Places, func(p NoticePlace) bool { return p.ID == placeID })
		if i < 0 {
			return nil, ErrNoticePlace.Say("没有找到登记的这个位置，可能已经删去，请刷新后再看。").On("place_id")
		}
		gone := n.Places[i]
		if _, err := tx.Exec(ctx, "notice.place_delete", sql.Args{"id": gone.ID, "notice_id": n.ID}); err != nil {
			return nil, err
		}
		n.Places = slices.Delete(slices.Clone(n.Places), i, i+1)
		return sql.Object{"place": gone.Place, "name": gone.Name, "url": gone.URL, "published_at": gone.PublishedAt}, n.stood(ctx, tx, book)
	})
}

// stood counts the notice's time anew after its places changed.
func (n *Notice) stood(ctx context.Context, tx *sql.DB, book rules.Book) error {
	rule, err := ruleOfNotice(ctx, tx, book, *n)
	if err != nil {
		return err
	}
	if err := n.recount(rule); err != nil {
		return err
	}
	return rule.keepClock(ctx, tx, *n)
}

// missingPlaces are the names of the places of a rule at which a notice does not stand: all of them that are wanting, or,
// where any one is enough and none is there, every one.
func missingPlaces(rule rules.PublicNotice, have []NoticePlace) []string {
	missing := []string{}
	for _, place := range rule.Places {
		if !slices.ContainsFunc(have, func(p NoticePlace) bool { return p.Place == place }) {
			missing = append(missing, PlaceName(place))
		}
	}
	if rule.PlacesMatch == "any" && len(missing) < len(rule.Places) {
		return []string{}
	}
	return missing
}

// placesSaid joins names of places as a sentence has them.
func placesSaid(rule rules.PublicNotice, names []string) string {
	if rule.PlacesMatch == "any" {
		return strings.Join(names, "或") + "（其中一处即可）"
	}
	return strings.Join(names, "、")
}

// notYet refuses something that must wait until a notice has stood its time, which the clause cited asks for.
func notYet(notice Notice, doing, citation string) *fault.Fault {
	if notice.UntilAt == nil {
		return ErrNoticePending
	}
	last := rules.DateOf(notice.UntilAt.Std()).AddDays(-1)
	return ErrNoticeEarly.Say("依据%s，公告须留到 %s 24:00，最早 %s 起才能%s。", citation, last, notice.UntilAt.Std().Format("2006-01-02 15:04"), doing)
}

// How often places are looked at: while they answer, and sooner while they do not.
const (
	placeEvery   = 24 * time.Hour
	placeAgain   = time.Hour
	placesAtOnce = 50
)

// Looker looks at an address from outside and returns what it answered; an empty failure means that it can be reached. The
// sentence in failure is for the screen.
type Looker func(ctx context.Context, address string) (failure string)

// CheckNoticePlaces looks at the addresses of standing notices that are due, and returns how many it looked at. Each is taken
// before the call, so that another node does not make it too, and written down after it.
func CheckNoticePlaces(ctx context.Context, db *sql.DB, look Looker) (int, error) {
	looked := 0
	for ctx.Err() == nil {
		due, err := sql.List[NoticePlace](ctx, db, "notice.places_due", sql.Args{"now": db.Now(), "limit": placesAtOnce})
		if err != nil || len(due) == 0 {
			return looked, wrap(err, "places of notices to look at")
		}
		for _, place := range due {
			mine, err := db.ExecOne(ctx, "notice.place_claim", sql.Args{"id": place.ID, "seen_at": place.NextCheckAt, "next_check_at": db.Now().Add(placeAgain)})
			if err != nil {
				return looked, wrap(err, "take place %s", place.ID)
			}
			if !mine {
				continue
			}
			failure := look(ctx, place.URL)
			select {
			case <-ctx.Done():
				return looked, nil // cut off: nothing was learned; the next look comes by itself
			default:
			}
			looked++
			if err := keepLook(ctx, db, place, failure); err != nil {
				return looked, err
			}
		}
	}
	return looked, nil
}

func keepLook(ctx context.Context, db *sql.DB, place NoticePlace, failure string) error {
	now := db.Now()
	place.CheckedAt, place.Failure = now.Ptr(), cut(failure, 300)
	if failure == "" {
		place.ReachedAt, place.FailingSince, place.NextCheckAt = now.Ptr(), nil, now.Add(placeEvery)
	} else {
		place.NextCheckAt = now.Add(placeAgain)
		if place.FailingSince == nil {
			place.FailingSince = now.Ptr()
		}
	}
	_, err := db.Exec(ctx, "notice.place_checked", place)
	return wrap(err, "keep the look at place %s", place.ID)
}

// TurnNotices ends the notices whose chosen last day is over, and counts anew those whose calendar or rules became others. It
// returns how many it changed, and may be cut off anywhere. What one of them could not be judged for comes back when all were looked at.
func TurnNotices(ctx context.Context, db *sql.DB, book rules.Book) (int, error) {
	changed, after := 0, ""
	var failed error
	for ctx.Err() == nil {
		list, err := sql.List[Notice](ctx, db, "notice.standing_after", sql.Args{"after_id": after, "limit": placesAtOnce})
		if err != nil || len(list) == 0 {
			return changed, errors.Join(failed, wrap(err, "standing notices"))
		}
		for _, notice := range list {
			after = notice.ID
			did, err := turnNotice(ctx, db, book, notice.ID)
			if err != nil { // one that cannot be judged keeps none of the others back
				failed = errors.Join(failed, wrap(err, "turn notice %s", notice.ID))
			}
			if did {
				changed++
			}
		}
	}
	return changed, failed
}

func turnNotice(ctx context.Context, db *sql.DB, book rules.Book, id string) (did bool, err error) {
	// A look first: most of them are as they were, and need no writer.
	if did, err = turned(ctx, db, book, id, false); err != nil || !did {
		return false, err
	}
	err = db.InTx(ctx, func(tx *sql.DB) error {
		if _, err := tx.Exec(ctx, "notice.lock", sql.Args{"id": id}); err != nil {
			return err
		}
		did, err = turned(ctx, tx, book, id, true)
		return err
	})
	return did, err
}

// turned reports whether a standing notice has to change by itself, and does it where it is told to.
func turned(ctx context.Context, db *sql.DB, book rules.Book, id string, keep bool) (bool, error) {
	notice, err := visibleNotice(ctx, db, units.System, id)
	if err != nil || notice.State != NoticeStanding {
		return false, err
	}
	rule, err := ruleOfNotice(ctx, db, book, notice)
	if err != nil {
		return false, err
	}
	next := notice
	if err := next.recount(rule); err != nil {
		return false, err
	}
	action := ActionNoticeRecount
	over := next.LastOn != nil && sql.FromStd(rules.DateOf(next.LastOn.Std()).End()) <= db.Now()
	if over && rule.stillBinds(next, db.Now()) == nil {
		next.State, next.EndedAt, action = NoticeEnded, db.Now().Ptr(), ActionNoticeEnd
	}
	changes := action == ActionNoticeEnd || !sameInstant(next.UntilAt, notice.UntilAt) || next.Pending != notice.Pending
	if !changes || !keep {
		return changes, nil
	}
	if err := rule.keepClock(ctx, db, next); err != nil {
		return false, err
	}
	return true, keepNotice(ctx, db, units.System, next, action, sql.Object{"until_at": next.UntilAt, "was": notice.UntilAt, "pending": next.Pending, "last_on": writtenDay(next.LastOn)})
}

func sameInstant(a, b *sql.Time) bool {
	return a == nil && b == nil || a != nil && b != nil && *a == *b
}
