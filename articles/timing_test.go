package articles_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"govmedia/accounts"
	"govmedia/articles"
	"govmedia/channels"
	"govmedia/rules"
	"govmedia/sql"
)

// fourAMonth is a platform that lets an account post four times a month.
type fourAMonth struct{ weChat }

func (fourAMonth) Allowances(accounts.Account) []channels.Allowance {
	return []channels.Allowance{{Window: channels.PerMonth, Most: 4, Name: "每月群发"}}
}

func (o *office) timing(who string, at sql.Time, ids ...string) articles.Timing {
	o.t.Helper()
	timing, err := articles.TimingOf(o.t.Context(), o.db, o.book, o.out, o.People[who], ids, at)
	if err != nil {
		o.t.Fatalf("TimingOf as %s: %v", who, err)
	}
	return timing
}

func saidOf(timing articles.Timing) (said []string) {
	for _, warning := range timing.Warnings {
		said = append(said, warning.Kind+" "+warning.Sentence)
	}
	return said
}

func TestATimeTellsWhatStandsAgainstItBeforeItIsTaken(t *testing.T) {
	eachOffice(t, func(o *office) {
		o.out.Channels[accounts.WeChat] = twoADay{}
		day := rules.DateOf(o.db.Now().Std()).AddDays(1)
		at := func(hour, minute int) sql.Time {
			return sql.FromStd(day.Start()).Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
		}
		signed := o.signed()
		if said := saidOf(o.timing("officer", at(9, 0), signed.ID)); len(said) != 0 {
			t.Errorf("nothing is planned, and it says %q", said)
		}
		first := o.planned(at(9, 0), o.account)
		for _, c := range []struct {
			hour, minute int
			want         []string
		}{
			{8, 31, []string{"close 9:00", "count 第 2 次"}},
			{9, 0, []string{"close 9:00", "count 第 2 次"}},
			{9, 30, []string{"count 第 2 次"}},
		} {
			got := saidOf(o.timing("officer", at(c.hour, c.minute), signed.ID))
			if !slices.EqualFunc(got, c.want, told) {
				t.Errorf("%d:%02d: %q, want %q", c.hour, c.minute, got, c.want)
			}
		}
		if said := saidOf(o.timing("officer", at(9, 10), first.ID)); len(said) != 0 {
			t.Errorf("an article stands against itself: %q", said)
		}
		o.planned(at(15, 0), o.account)
		if got := saidOf(o.timing("officer", at(20, 0), signed.ID)); !slices.EqualFunc(got, []string{"allowance 已经排满"}, told) {
			t.Errorf("the third of two: %q", got)
		}
		if got := saidOf(o.timing("officer", at(44, 0), signed.ID)); len(got) != 0 {
			t.Errorf("the day after: %q", got)
		}
		if _, err := articles.TimingOf(t.Context(), o.db, o.book, o.out, o.People["stranger"], []string{signed.ID}, at(9, 0)); !errors.Is(err, articles.ErrNotFound) {
			t.Errorf("a stranger reads %v", err)
		}
		if _, err := articles.TimingOf(t.Context(), o.db, o.book, o.out, o.People["officer"], []string{signed.ID}, 1<<62); !errors.Is(err, articles.ErrScheduleFar) {
			t.Errorf("a time in a far age: %v", err)
		}
	})
}

// told reports whether a warning is of the kind and says the words that are wanted.
func told(got, want string) bool {
	kind, words, _ := strings.Cut(want, " ")
	return strings.HasPrefix(got, kind+" ") && strings.Contains(got, words)
}

func TestATimeTellsOfTheMonthAndOfAnAccountThatFallsSilentBefore(t *testing.T) {
	eachOffice(t, func(o *office) {
		o.out.Channels[accounts.WeChat] = fourAMonth{}
		signed := o.signed()
		account, err := accounts.Load(t.Context(), o.db, o.account.ID)
		if err != nil || account.DueAt == nil {
			t.Fatalf("the account has no clock: %v", err)
		}
		due := account.DueAt
		if got := saidOf(o.timing("officer", *due, signed.ID)); !slices.EqualFunc(got, []string{"late 已经超期"}, told) {
			t.Errorf("when the clock ran out: %q", got)
		}
		timing := o.timing("officer", *due, signed.ID)
		if citation := timing.Warnings[0].Citation; citation == "" {
			t.Error("the late one cites no clause")
		}
		if kind := timing.Day.Kind; kind != "work" && kind != "rest" && kind != "unknown" {
			t.Errorf("day: %q", kind)
		}
		if got := saidOf(o.timing("officer", *due-1, signed.ID)); len(got) != 0 {
			t.Errorf("just in time: %q", got)
		}
		o.planned(*due-sql.Time(2*time.Hour/time.Millisecond), o.account)
		if got := saidOf(o.timing("officer", *due, signed.ID)); slices.ContainsFunc(got, func(s string) bool { return told(s, "late 已经超期") }) {
			t.Errorf("something goes out before, and still: %q", got)
		}
	})
}
