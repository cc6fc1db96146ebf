package channels_test

import (
	"context"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/sql"
)

// lapsing is a platform whose authorisation ends.
type lapsing struct {
	*script
	until sql.Time
}

func (l *lapsing) LapsesAt(context.Context, *sql.DB, string) (sql.Time, error) { return l.until, nil }

func TestNothingIsScheduledBeyondAnAuthorisation(t *testing.T) {
	eachDesk(t, func(d *desk) {
		weibo := &lapsing{script: &script{}, until: d.db.Now().Add(48 * time.Hour)}
		d.out.Channels[accounts.WeChat] = weibo
		message := d.message()
		if _, err := d.tryEnqueue(message, d.db.Now().Add(47*time.Hour), d.account); err != nil {
			t.Errorf("Enqueue before the end: %v", err)
		}
		for due, want := range map[sql.Time]error{weibo.until.Add(-time.Minute): nil, weibo.until: channels.ErrLapses} {
			moved, err := channels.Move(t.Context(), d.db, d.out, message.OriginID, due)
			if refused(d.t, "Move", err, want); want == nil && !moved {
				d.t.Errorf("Move to a time before the end = false")
			}
		}
		_, err := d.tryEnqueue(d.message(), weibo.until, d.account)
		refused(d.t, "Enqueue at the end", err, channels.ErrLapses)
		weibo.until = d.db.Now().Add(-time.Hour)
		_, err = d.tryEnqueue(d.message(), d.db.Now().Add(-2*time.Hour), d.account)
		refused(d.t, "Enqueue after the end, with a time before it", err, channels.ErrLapses)
		weibo.until = 0
		if _, err := d.tryEnqueue(d.message(), d.db.Now(), d.account); err != nil {
			t.Errorf("Enqueue while the end is not known: %v", err)
		}
	})
}
