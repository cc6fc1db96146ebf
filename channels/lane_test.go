package channels_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
)

func TestLanesHoldWhatGoesOneAfterTheOther(t *testing.T) {
	eachDesk(t, func(d *desk) {
		now := d.db.Now()
		behind := func(account accounts.Account, minutes int) string {
			deliveries, err := d.tryEnqueue(d.message(), now.Add(time.Duration(minutes)*time.Minute), account)
			if err != nil {
				d.t.Fatalf("Enqueue: %v", err)
			}
			return deliveries[0].ID
		}
		long, short := d.another(1), d.another(2)
		var want []string
		for i := range 5 {
			want = append(want, behind(long, i-10))
		}
		alone := behind(short, -20)
		behind(long, 1)
		d.lanes("two accounts", 3, []string{alone}, want[:3])
		d.lanes("as deep as there is", 16, []string{alone}, want)
		d.lanes("the heads", 1, []string{alone}, want[:1])
		held := d.claim(want[0])
		d.lanes("one is being sent", 16, []string{alone})

		d.fake.submit = func(context.Context, *channels.Job) (channels.Progress, error) {
			return channels.Progress{}, &channels.PlatformError{Code: "busy", Class: channels.Retry, Advice: "平台繁忙，请稍后再试。"}
		}
		if onward, err := channels.PerformInLane(d.t.Context(), d.db, d.out, held); err != nil || onward {
			d.t.Errorf("PerformInLane of what is tried again later = %v, %v; want false", onward, err)
		}
		d.lanes("the first one is tried again later, and the others are patient still", 16, []string{alone})
		d.fake.submit = nil
		if onward, err := channels.PerformInLane(d.t.Context(), d.db, d.out, d.claim(alone)); err != nil || !onward {
			d.t.Errorf("PerformInLane of what is published = %v, %v; want true", onward, err)
		}
	})
}

func (d *desk) lanes(what string, deep int, want ...[]string) {
	d.t.Helper()
	lanes, err := channels.DueLanes(d.t.Context(), d.db, 10, deep)
	var got [][]string
	for _, lane := range lanes {
		got = append(got, lane.IDs)
	}
	if err != nil || !slices.EqualFunc(got, want, slices.Equal) {
		d.t.Errorf("DueLanes, %s: %v, %v; want %v", what, got, err, want)
	}
}
