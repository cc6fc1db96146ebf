package oversight

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"govmedia/accounts"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// dueClock is what planning needs of a clock.
type dueClock struct {
	ID           string
	SubjectKind  rules.SubjectKind
	SubjectID    string
	UnitID       string
	Path         string // of the unit, empty when that is closed
	Rulebook     string
	Section      string
	Rule         string
	StartedAt    sql.Time
	DueAt        *sql.Time
	EndOfDay     bool
	AccountState accounts.State // of the account or the column's site; empty for other things
	Watch        accounts.Watch // of the account or the column; empty for other things
}

// silent reports whether nobody is reminded by the clock as its thing stands: of a closed unit, out of use, or unread, when
// it may be wrong.
func (c dueClock) silent() bool {
	return c.Path == "" || c.DueAt == nil || c.AccountState != "" && c.AccountState != accounts.InUse || c.Watch == accounts.Unread
}

func (c dueClock) due() rules.Due { return rules.Due{At: c.DueAt.Std(), EndOfDay: c.EndOfDay} }

// moment is when a clock is to be told of, and for which lead time.
type moment struct {
	lead   string
	at     sql.Time
	urgent bool
	passed bool // it lay before now
}

// together is how long what is not urgent waits for more to be told in the same message.
const together = 30 * time.Minute

// gather returns the end of the half hour in which t lies: strictly later, so that a message that is going out is not added to.
func gather(t sql.Time) sql.Time {
	step := sql.Time(together.Milliseconds())
	return t - t%step + step
}

// fireAt returns when a clock with a due time is to be told of for a lead time, before quiet hours are looked at.
func (s *Settings) fireAt(calendar *rules.Calendar, due rules.Due, lead Lead) sql.Time {
	switch lead.Unit {
	case LeadMinute:
		return sql.FromStd(due.At.Add(-time.Duration(lead.N) * time.Minute))
	case LeadHour:
		return sql.FromStd(due.At.Add(-time.Duration(lead.N) * time.Hour))
	case LeadDay, LeadWorkday:
	}
	return sql.FromStd(minuteOf(s.dayBefore(calendar, lead, due.LastDay()), s.DayMinute))
}

// moments returns when a clock is to be told of from now until the horizon. A lead time that lies before the clock's start
// says nothing; of several that have passed, or fall on one instant, the shortest alone is told, and one that has passed not
// either when the next is told within a day.
func (s *Settings) moments(calendar *rules.Calendar, c dueClock, now, horizon sql.Time) []moment {
	line := s.section(c.Section)
	due := *c.DueAt
	if due <= now {
		if !line.Late {
			return nil
		}
		return []moment{s.soonest(calendar, moment{lead: leadOverdue, at: now, urgent: line.Urgent}, now)}
	}
	if rules.IsWait(c.Section) {
		return nil // what must stand is told of when it may end
	}
	fires := map[sql.Time]string{}
	for _, lead := range slices.SortedFunc(slices.Values(line.Leads), longerFirst) {
		if fire := s.fireAt(calendar, c.due(), lead); fire > c.StartedAt && fire <= horizon {
			fires[fire] = lead.key()
		}
	}
	told := map[sql.Time]moment{}
	for _, fire := range slices.Sorted(maps.Keys(fires)) {
		m := s.soonest(calendar, moment{lead: fires[fire], at: fire, urgent: line.Urgent, passed: fire <= now}, now)
		if fire <= now {
			clear(told)
		}
		if m.at < due { // else being late will be told instead
			told[m.at] = m
		}
	}
	list := slices.SortedFunc(maps.Values(told), func(a, b moment) int { return cmp.Compare(a.at, b.at) })
	if len(list) > 1 && !line.Urgent && list[0].passed && list[1].at < list[0].at.Add(24*time.Hour) {
		list = list[1:]
	}
	return list
}

// longerFirst sorts lead times; a working day counts for a little more than a day.
func longerFirst(a, b Lead) int {
	length := func(l Lead) float64 {
		return float64(l.N) * map[LeadUnit]float64{LeadMinute: 1, LeadHour: 60, LeadDay: 24 * 60, LeadWorkday: 34 * 60}[l.Unit]
	}
	return cmp.Compare(length(b), length(a))
}

// soonest moves a moment to the first instant at which it may go out.
func (s *Settings) soonest(calendar *rules.Calendar, m moment, now sql.Time) moment {
	switch {
	case m.urgent:
		m.at = max(m.at, now)
		return m
	case m.at <= now:
		m.at = gather(now)
	}
	m.at = sql.FromStd(s.awake(calendar, m.at.Std()))
	return m
}

// reach returns up to which due time a lead time is to be looked ahead now. For days it is the end of the last day whose
// reminder goes out today, the days off behind today counted in.
func (r *round) reach(lead Lead) sql.Time {
	switch lead.Unit {
	case LeadMinute:
		return r.now.Add(time.Duration(lead.N) * time.Minute)
	case LeadHour:
		return r.now.Add(time.Duration(lead.N) * time.Hour)
	case LeadDay, LeadWorkday:
	}
	early := Settings{WorkdaysOnly: true} // the one that speaks up soonest
	today := rules.DateOf(r.now.Std())
	last := today
	for steps := 0; steps < 3*lead.N+farthest && !today.Before(early.dayBefore(r.law.Calendar, lead, last.AddDays(1))); steps++ {
		last = last.AddDays(1)
	}
	return sql.FromStd(last.End())
}

// horizon is the end of today: until then messages are planned.
func (r *round) horizon() sql.Time { return sql.FromStd(rules.DateOf(r.now.Std()).End()) }

// leads lists every lead time that anybody set, each once.
func (r *round) leads() []Lead {
	seen := map[Lead]bool{}
	collect := func(s *Settings) {
		for _, line := range s.Sections {
			for _, lead := range line.Leads {
				seen[lead] = true
			}
		}
	}
	collect(r.fallback)
	for _, settings := range r.settings {
		collect(settings)
	}
	return slices.SortedFunc(maps.Keys(seen), func(a, b Lead) int { return cmp.Compare(a.key(), b.key()) })
}

// lookAhead plans for the clocks that have come within a lead time, or turned late, since the last look. Each lead time has
// a mark that moves along the due times, so each clock is read once for each lead time and not once a minute.
func (r *round) lookAhead(ctx context.Context) error {
	ahead := map[string]sql.Time{leadOverdue: r.now}
	for _, lead := range r.leads() {
		ahead[lead.key()] = r.reach(lead)
	}
	for _, key := range slices.Sorted(maps.Keys(ahead)) {
		for range r.pace.Pages {
			more, err := r.step(ctx, "lead:"+key, mark{At: r.now, AfterID: behindAll}, ahead[key], r.pace.Page)
			if err != nil {
				return err
			}
			if !more || r.isOver(ctx) {
				break
			}
		}
	}
	return nil
}

// step looks at one page of clocks behind a mark, plans for them and moves the mark, all in one transaction. It reports
// whether there may be more.
func (r *round) step(ctx context.Context, name string, start mark, until sql.Time, size int) (bool, error) {
	more, looked, planned := false, 0, 0
	err := r.db.InTx(ctx, func(tx *sql.DB) error {
		more, looked, planned = false, 0, 0
		from, err := markNamed(ctx, tx, name, start)
		if err != nil {
			return err
		}
		if from.At >= until {
			if from.Version > 0 {
				return nil
			}
			return from.move(ctx, tx, name, from.At, from.AfterID) // what turns late counts from the first run on
		}
		clocks, err := sql.List[dueClock](ctx, tx, "reminder.clocks_due", sql.Args{"at": from.At, "after_id": from.AfterID, "until": until, "limit": size})
		if err != nil {
			return err
		}
		looked = len(clocks)
		if planned, err = r.plan(ctx, tx, clocks); err != nil {
			return err
		}
		if len(clocks) == size {
			more = true
			last := clocks[size-1]
			return from.move(ctx, tx, name, *last.DueAt, last.ID)
		}
		// What is due at that very instant is looked at again: at midnight, some of it belongs to the next day.
		return from.move(ctx, tx, name, until, "")
	})
	if looked > 0 {
		r.did.Looked, r.did.Pages, r.did.Planned = r.did.Looked+looked, r.did.Pages+1, r.did.Planned+planned
	}
	return more, err
}

// sweepBack is how long ago something may have turned late for the sweep to find it.
const sweepBack = 7 * 24 * time.Hour

// sweep goes through all clocks that some lead time could reach, a few pages in each run, round and round. It finds what
// the marks have passed before it was there: a clock that began, was judged anew or was muted until then, a recipient who
// came later.
func (r *round) sweep(ctx context.Context) error {
	until := r.now
	for _, lead := range r.leads() {
		until = max(until, r.reach(lead))
	}
	first := mark{At: r.now.Add(-sweepBack)}
	for range 4 {
		at, err := markNamed(ctx, r.db, "sweep", first)
		if err != nil {
			return err
		}
		if at.At < first.At || at.At >= until {
			err := r.db.InTx(ctx, func(tx *sql.DB) error { // round again
				at, err := markNamed(ctx, tx, "sweep", first)
				if err != nil {
					return err
				}
				return at.move(ctx, tx, "sweep", first.At, "")
			})
			if err != nil {
				return err
			}
		}
		more, err := r.step(ctx, "sweep", first, until, r.pace.Page)
		if err != nil || !more || r.isOver(ctx) {
			return err
		}
	}
	return nil
}

// hearer is somebody who hears of a unit.
type hearer struct {
	UnitID   string
	Role     units.Role
	PersonID string
	HasMail  bool
}

// told is one telling of a count of a clock as reminder_items keeps it.
type told struct {
	ClockID   string
	StartedAt sql.Time
	LeadTime  string
	Channel   Via
	Recipient string
}

// envelope is what one message is told from another by.
type envelope struct {
	unitID    string
	via       Via
	recipient string
	at        sql.Time
}

// plan finds out who is to be told what of some clocks and puts it into waiting messages. It returns how many tellings are new.
func (r *round) plan(ctx context.Context, tx *sql.DB, clocks []dueClock) (int, error) {
	type wanted struct {
		dueClock
		moment
	}
	var want []wanted
	horizon := r.horizon()
	for _, c := range clocks {
		if c.silent() || muted(r.mutes, c.Path, c.Rulebook, c.Section, c.Rule) {
			continue
		}
		settings, _ := r.settingsOf(c.Path)
		for _, m := range settings.moments(r.law.Calendar, c, r.now, horizon) {
			want = append(want, wanted{c, m})
		}
	}
	if len(want) == 0 {
		return 0, nil
	}
	concerned := make([]dueClock, len(want))
	for i, w := range want {
		concerned[i] = w.dueClock
	}
	people, err := r.people(ctx, tx, concerned)
	if err != nil {
		return 0, err
	}
	known, err := tellings(ctx, tx, concerned)
	if err != nil {
		return 0, err
	}
	fresh := map[envelope]map[string][]string{} // clock ids by lead
	count := 0
	for _, w := range want {
		for _, to := range r.recipients(w.dueClock, w.lead, people) {
			if known[told{w.ID, w.StartedAt, w.lead, to.via, to.recipient}] {
				continue
			}
			to.at = w.at
			if fresh[to] == nil {
				fresh[to] = map[string][]string{}
			}
			fresh[to][w.lead] = append(fresh[to][w.lead], w.ID)
			count++
		}
	}
	return count, r.enclose(ctx, tx, fresh)
}

// people reads who hears of the units of some clocks, by unit, and of the people that clocks are about, by person.
func (r *round) people(ctx context.Context, tx *sql.DB, clocks []dueClock) (map[string][]hearer, error) {
	unitIDs, persons := map[string]bool{}, map[string]bool{}
	for _, c := range clocks {
		if c.SubjectKind == PersonSubject {
			persons[c.SubjectID] = true
		} else {
			unitIDs[c.UnitID] = true
		}
	}
	by := map[string][]hearer{}
	if len(unitIDs) > 0 {
		list, err := sql.List[hearer](ctx, tx, "reminder.people", sql.Args{"units": slices.Sorted(maps.Keys(unitIDs))})
		if err != nil {
			return nil, err
		}
		for _, h := range list {
			by[h.UnitID] = append(by[h.UnitID], h)
		}
	}
	if len(persons) > 0 {
		list, err := sql.List[hearer](ctx, tx, "reminder.people_by_id", sql.Args{"people": slices.Sorted(maps.Keys(persons))})
		if err != nil {
			return nil, err
		}
		for _, h := range list {
			by[h.PersonID] = append(by[h.PersonID], h)
		}
	}
	return by, nil
}

// tellings reads what was told, or waits to be, of the present counts of some clocks and later ones.
func tellings(ctx context.Context, tx *sql.DB, clocks []dueClock) (map[told]bool, error) {
	ids, oldest := map[string]bool{}, clocks[0].StartedAt
	for _, c := range clocks {
		ids[c.ID] = true
		oldest = min(oldest, c.StartedAt)
	}
	list, err := sql.List[told](ctx, tx, "reminder_item.told", sql.Args{"clocks": slices.Sorted(maps.Keys(ids)), "oldest": oldest})
	known := map[told]bool{}
	for _, t := range list {
		known[t] = true
	}
	return known, err
}

// recipients returns to whom a clock is told; the instant is left open. Of a clock on a person only that person hears.
func (r *round) recipients(c dueClock, lead string, people map[string][]hearer) []envelope {
	settings, _ := r.settingsOf(c.Path)
	var list []envelope
	tell := func(h hearer) {
		if settings.uses(ViaApp) {
			list = append(list, envelope{unitID: c.UnitID, via: ViaApp, recipient: h.PersonID})
		}
		if settings.uses(ViaMail) && r.out.Mail != nil && h.HasMail {
			list = append(list, envelope{unitID: c.UnitID, via: ViaMail, recipient: h.PersonID})
		}
	}
	if c.SubjectKind == PersonSubject {
		for _, h := range people[c.SubjectID] {
			tell(h)
		}
		return list
	}
	to := settings.section(c.Section).To
	if lead == leadOverdue {
		to = slices.Concat(to, settings.LateTo)
	}
	seen := map[string]bool{}
	for _, h := range people[c.UnitID] {
		if slices.Contains(to, h.Role) && !seen[h.PersonID] {
			seen[h.PersonID] = true
			tell(h)
		}
	}
	return append(list, r.toHooks(settings, c.UnitID, c.Path)...)
}

func (r *round) toHooks(settings *Settings, unitID, path string) []envelope {
	var list []envelope
	if settings.uses(ViaHook) {
		for _, hook := range r.hooksOf(unitID, path) {
			list = append(list, envelope{unitID: unitID, via: ViaHook, recipient: hook.ID})
		}
	}
	return list
}

func (e envelope) slot() string { return fmt.Sprintf("due:%d", e.at) }

// lastSlot keeps a message from being put off for ever by others that go out meanwhile.
const lastSlot = 3

// enclose puts clocks into waiting messages, making those that are not there yet. A message that is going out by now is left
// alone; the next half hour's takes its place.
func (r *round) enclose(ctx context.Context, tx *sql.DB, fresh map[envelope]map[string][]string) error {
	waiting := maps.Clone(fresh)
	for attempt := 0; len(waiting) > 0 && attempt < lastSlot; attempt++ {
		held, err := messagesIn(ctx, tx, waiting)
		if err != nil {
			return err
		}
		later := map[envelope]map[string][]string{}
		for _, to := range slices.SortedFunc(maps.Keys(waiting), compareEnvelopes) {
			message := held[to]
			if message.ID != "" && message.State != Waiting {
				next := to
				next.at = gather(max(to.at, r.now))
				later[next] = waiting[to]
				continue
			}
			if message.ID, err = r.open(ctx, tx, to, message.ID); err != nil {
				return err
			}
			if err := tellIn(ctx, tx, to, message.ID, waiting[to]); err != nil {
				return err
			}
		}
		waiting = later
	}
	return nil
}

func compareEnvelopes(a, b envelope) int {
	return cmp.Or(cmp.Compare(a.unitID, b.unitID), cmp.Compare(a.via, b.via), cmp.Compare(a.recipient, b.recipient), cmp.Compare(a.at, b.at))
}

type slotRow struct {
	ID        string
	UnitID    string
	Channel   Via
	Recipient string
	Slot      string
	State     MessageState
}

// messagesIn finds the messages that already have some of the slots.
func messagesIn(ctx context.Context, tx *sql.DB, wanted map[envelope]map[string][]string) (map[envelope]slotRow, error) {
	unitIDs, slots := map[string]bool{}, map[string]sql.Time{}
	for to := range wanted {
		unitIDs[to.unitID], slots[to.slot()] = true, to.at
	}
	rows, err := sql.List[slotRow](ctx, tx, "reminder_message.slots", sql.Args{"units": slices.Sorted(maps.Keys(unitIDs)), "slots": slices.Sorted(maps.Keys(slots))})
	held := map[envelope]slotRow{}
	for _, row := range rows {
		held[envelope{row.UnitID, row.Channel, row.Recipient, slots[row.Slot]}] = row
	}
	return held, err
}

// open returns the id of a waiting message that this transaction holds: a new one, or the one with the id.
func (r *round) open(ctx context.Context, tx *sql.DB, to envelope, id string) (string, error) {
	if id != "" {
		mine, err := tx.ExecOne(ctx, "reminder_message.join", sql.Args{"id": id})
		if err == nil && !mine {
			err = sql.ErrConflict // it has gone out meanwhile
		}
		return id, err
	}
	id = sql.NewID()
	_, err := tx.Exec(ctx, "reminder_message.insert", sql.Args{"id": id, "unit_id": to.unitID, "kind": KindDue, "channel": to.via, "recipient": to.recipient,
		"slot": to.slot(), "next_at": to.at, "now": r.now})
	if sql.IsDuplicate(err) {
		err = errors.Join(sql.ErrConflict, err)
	}
	return id, err
}

// tellIn records which clocks a message tells of. The unique key is what makes it once: a node that another one overtook
// runs its transaction again and finds nothing left to do.
func tellIn(ctx context.Context, tx *sql.DB, to envelope, messageID string, clocks map[string][]string) error {
	for _, lead := range slices.Sorted(maps.Keys(clocks)) {
		_, err := tx.Exec(ctx, "reminder_item.insert", sql.Args{"message_id": messageID, "lead_time": lead, "channel": to.via, "recipient": to.recipient,
			"clocks": clocks[lead]})
		if sql.IsDuplicate(err) {
			err = errors.Join(sql.ErrConflict, err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// weeklyAt returns the instant of the last weekly list until now, and the day it is named after; false when there is none
// today. On a day off it is the last working day before, which may lie in the week before.
func (s *Settings) weeklyAt(calendar *rules.Calendar, now sql.Time) (at sql.Time, day rules.Date, ok bool) {
	if s.WeeklyDay == 0 {
		return 0, rules.Date{}, false
	}
	today := rules.DateOf(now.Std())
	monday := today.AddDays(-(int(today.Weekday()) + 6) % 7)
	for _, week := range []int{0, 7} {
		nominal := monday.AddDays(week + s.WeeklyDay - 1)
		day := nominal
		for steps := 0; steps < farthest && !isWorkday(calendar, day); steps++ {
			day = day.AddDays(-1)
		}
		if at := sql.FromStd(minuteOf(day, s.WeeklyMinute)); day == today && at <= now {
			return at, nominal, true
		}
	}
	return 0, rules.Date{}, false
}

type place struct {
	ID   string
	Path string
}

// planWeekly makes the messages of the weekly lists, for the units of each office whose hour has come. What they say is
// looked up when they go out.
func (r *round) planWeekly(ctx context.Context) error {
	offices := append(slices.Sorted(maps.Keys(r.settings)), "") // at last those who set nothing
	for _, office := range offices {
		settings := r.fallback
		if office != "" {
			settings = r.settings[office]
		}
		at, day, due := settings.weeklyAt(r.law.Calendar, r.now)
		if !due {
			continue
		}
		for more := true; more && !r.isOver(ctx); {
			var err error
			if more, err = r.weeklyPage(ctx, office, settings, at, day); err != nil {
				return err
			}
		}
	}
	return nil
}

// weeklyPage makes the messages for one page of the units below an office that have no nearer settings; it reports whether
// there are more.
func (r *round) weeklyPage(ctx context.Context, office string, settings *Settings, at sql.Time, day rules.Date) (bool, error) {
	more := false
	name, fresh := "weekly:"+office, mark{}
	err := r.db.InTx(ctx, func(tx *sql.DB) error {
		more = false
		from, err := markNamed(ctx, tx, name, fresh)
		if err != nil {
			return err
		}
		if from.At >= at && from.AfterID == behindAll {
			return nil
		}
		if from.At < at {
			from.AfterID = ""
		}
		after, until := from.AfterID, behindAll
		if office != "" {
			path, err := sql.Get[string](ctx, tx, "unit.path", sql.Args{"id": office})
			if err != nil {
				return err
			}
			until = path + behindAll
			if after == "" {
				after = path[:len(path)-1] // so that the office itself is among them
			}
		}
		list, err := sql.List[place](ctx, tx, "reminder.units", sql.Args{"after": after, "until": until, "limit": r.pace.Page})
		if err != nil {
			return err
		}
		if err := r.openWeekly(ctx, tx, list, office, settings, at, day); err != nil {
			return err
		}
		if len(list) < r.pace.Page {
			return from.move(ctx, tx, name, at, behindAll)
		}
		more = true
		return from.move(ctx, tx, name, at, list[len(list)-1].Path)
	})
	return more, err
}

func (r *round) openWeekly(ctx context.Context, tx *sql.DB, list []place, office string, settings *Settings, at sql.Time, day rules.Date) error {
	list = slices.DeleteFunc(slices.Clone(list), func(p place) bool { _, by := r.settingsOf(p.Path); return by != office })
	if len(list) == 0 {
		return nil
	}
	clocks := make([]dueClock, len(list))
	for i, p := range list {
		clocks[i] = dueClock{UnitID: p.ID}
	}
	people, err := r.people(ctx, tx, clocks)
	if err != nil {
		return err
	}
	slot := "weekly:" + day.String()
	ids := make([]string, len(list))
	for i, p := range list {
		ids[i] = p.ID
	}
	rows, err := sql.List[slotRow](ctx, tx, "reminder_message.slots", sql.Args{"units": ids, "slots": []string{slot}})
	if err != nil {
		return err
	}
	made := map[envelope]bool{}
	for _, row := range rows {
		made[envelope{unitID: row.UnitID, via: row.Channel, recipient: row.Recipient}] = true
	}
	for _, p := range list {
		for _, to := range r.weeklyTo(settings, p, people[p.ID]) {
			if made[to] {
				continue
			}
			made[to] = true
			_, err := tx.Exec(ctx, "reminder_message.insert", sql.Args{"id": sql.NewID(), "unit_id": to.unitID, "kind": KindWeekly, "channel": to.via,
				"recipient": to.recipient, "slot": slot, "next_at": at, "now": r.now})
			if sql.IsDuplicate(err) {
				err = errors.Join(sql.ErrConflict, err)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *round) weeklyTo(settings *Settings, p place, people []hearer) []envelope {
	var list []envelope
	for _, h := range people {
		if !slices.Contains(settings.WeeklyTo, h.Role) {
			continue
		}
		if settings.uses(ViaApp) {
			list = append(list, envelope{unitID: p.ID, via: ViaApp, recipient: h.PersonID})
		}
		if settings.uses(ViaMail) && r.out.Mail != nil && h.HasMail {
			list = append(list, envelope{unitID: p.ID, via: ViaMail, recipient: h.PersonID})
		}
	}
	return append(list, r.toHooks(settings, p.ID, p.Path)...)
}
