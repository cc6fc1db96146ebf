package weibo

import (
	"context"
	"encoding/json"
	"html"
	"regexp"
	"slices"
	"strings"
	"time"

	"govmedia/channels"
	"govmedia/sql"
)

// The plan of a day for one account (channels.md §1.5): the timeline hourly in working hours, the counts four times.
const (
	watchFrom  = 8 // o'clock in Beijing
	watchUntil = 20
	readEvery  = time.Hour
	countEvery = 6 * time.Hour
	shownPosts = 5 // of a timeline
	future     = 24 * time.Hour
)

// cursor is what one reading leaves for the next.
type cursor struct {
	IDs     []string `json:"ids"`      // on the last timeline, newest first
	Absent  []string `json:"absent"`   // missing from it once while older ones were there
	Count   int64    `json:"count"`    // Weibo's count of the account's posts, -1 before the first
	CountAt sql.Time `json:"count_at"` //
	Seen    int64    `json:"seen"`     // new posts seen, less those seen to go, since Count
	Owed    int64    `json:"owed"`     // counted and not seen, waited for until the next count; below 0: seen and not counted
}

func readCursor(object sql.Object) cursor {
	at := cursor{Count: -1}
	raw, err := json.Marshal(object)
	if err == nil {
		_ = json.Unmarshal(raw, &at) // one that cannot be read begins anew
	}
	return at
}

func (at cursor) object() sql.Object {
	raw, _ := json.Marshal(at) // strings and numbers
	object := sql.Object{}
	_ = object.Scan(string(raw))
	return object
}

// Observe reads the newest posts of an account, whoever made them, and compares their number with Weibo's own count: what was counted and
// not seen is Missed. The calls are optional: with 80 of the day's 100 used it fails, and nothing is known.
func (c *Channel) Observe(ctx context.Context, look channels.Look) (channels.Seen, error) {
	as := who{account: look.Account, credentials: look.Credentials}
	if uidOf(as.account) == "" || as.token() == "" {
		return channels.Seen{}, problem(channels.Permission, "not_authorised", "账号还没有授权，读不到微博。请在账号页授权")
	}
	if c.expired(as.credentials) {
		return channels.Seen{}, problem(channels.Permission, "token_expired", "账号授权已过期，读不到微博。请在账号页重新授权")
	}
	at := readCursor(look.Cursor)
	counted, failure := c.count(ctx, as, &at, look.Now, false)
	if failure != nil {
		return channels.Seen{}, failure
	}
	list, failure := c.readTimeline(ctx, as, "0", optionalCalls)
	if failure != nil {
		return channels.Seen{}, failure
	}
	seen, all := c.compare(look, list.Statuses, &at)
	if all && counted < 0 && at.Count >= 0 { // more than the timeline shows may have been posted: ask now
		if counted, failure = c.count(ctx, as, &at, look.Now, true); failure != nil {
			counted = -1
		}
	}
	if counted >= 0 {
		seen.Missed = at.settle(counted, all, look.Now)
	}
	seen.Cursor, seen.Next = at.object(), nextRead(look.Now)
	return seen, nil
}

// count asks for Weibo's count of the account's posts when it is time, or now; -1 when it was not asked, or not told.
func (c *Channel) count(ctx context.Context, as who, at *cursor, now sql.Time, must bool) (int64, *channels.PlatformError) {
	if !must && at.Count >= 0 && now.Sub(at.CountAt) < countEvery {
		return -1, nil
	}
	p, failure := c.profile(ctx, as, optionalCalls)
	switch {
	case failure != nil && failure.Class == channels.Retry:
		return -1, nil // the posts may still be read
	case failure != nil:
		return -1, failure
	case p.Count == nil:
		return -1, nil
	}
	c.complain(ctx, "a profile was not kept", as, c.keepProfile(ctx, as, p))
	return int64(*p.Count), nil
}

// keepProfile keeps the name and the certification of the account's user.
func (c *Channel) keepProfile(ctx context.Context, as who, p profile) error {
	b, found, err := c.binding(ctx, as.account.ID)
	if err != nil || !found || b.ScreenName == p.name() && b.VerifiedType == p.kind() && b.VerifiedReason == p.reason() {
		return err
	}
	b.ScreenName, b.VerifiedType, b.VerifiedReason = p.name(), p.kind(), p.reason()
	return c.saveBinding(ctx, c.cfg.DB, b)
}

// settle compares a new count with what was seen since the last and returns how many posts were missed. While the timeline overlaps with
// what was seen before, a difference may be its lag: it is owed, and missed when the next count has it still.
func (at *cursor) settle(counted int64, all bool, now sql.Time) int {
	missed := int64(0)
	if at.Count >= 0 {
		unseen := at.Owed + counted - at.Count - at.Seen
		missed = max(unseen, 0)
		if !all {
			missed = max(min(unseen, at.Owed), 0)
		}
		at.Owed = unseen - missed
	}
	at.Count, at.CountAt, at.Seen = counted, now, 0
	return int(missed)
}

// compare turns a timeline into news: what was not on the last one, and what was and has gone. all says that nothing on it was known,
// so that there may be more than it shows.
func (c *Channel) compare(look channels.Look, statuses []post, at *cursor) (channels.Seen, bool) {
	seen, first := channels.Seen{Posts: []channels.SeenPost{}}, len(at.IDs) == 0 && at.Count < 0
	ids, overlap := []string{}, false
	for _, p := range statuses {
		id := p.id()
		if id == "" || p.User.ID != "" && string(p.User.ID) != uidOf(look.Account) {
			continue
		}
		ids = append(ids, id)
		if slices.Contains(at.IDs, id) {
			overlap = true
			continue
		}
		if slices.Contains(at.Absent, id) { // it was only late
			continue
		}
		at.Seen++
		if p.Visible.Type == 0 { // what only the author sees is no publication
			seen.Posts = append(seen.Posts, c.seenPost(look, p))
		}
	}
	seen.Removed = at.gone(ids)
	at.Seen -= int64(len(seen.Removed))
	if first {
		at.Seen = 0
	}
	all := !first && !overlap && len(ids) >= shownPosts
	at.IDs = ids
	return seen, all
}

// gone returns the ids that were on the last two timelines but one and have gone from two since, though the timeline reaches further back.
func (at *cursor) gone(ids []string) []string {
	var removed, absent []string
	oldest := ""
	if len(ids) >= shownPosts { // else the timeline shows all there is
		oldest = ids[len(ids)-1]
	}
	for _, id := range slices.Concat(at.Absent, at.IDs) {
		if slices.Contains(ids, id) || oldest != "" && !newer(id, oldest) {
			continue
		}
		if slices.Contains(at.Absent, id) {
			removed = append(removed, id)
		} else {
			absent = append(absent, id)
		}
	}
	at.Absent = absent
	return removed
}

// newer reports whether an id is of a later post than another: ids grow.
func newer(a, b string) bool { return len(a) > len(b) || len(a) == len(b) && a > b }

// ourLink finds the id of a delivery in a link to our own page of it.
func ourLink(publicBase string) *regexp.Regexp {
	return regexp.MustCompile(regexp.QuoteMeta(strings.TrimSuffix(publicBase, "/")) + `/p/([0-9a-z]{16})`)
}

var bracketed = regexp.MustCompile(`^【([^】]+)】`)

// seenPost is a post as it is recorded.
func (c *Channel) seenPost(look channels.Look, p post) channels.SeenPost {
	words := html.UnescapeString(p.Text)
	out := channels.SeenPost{ExternalID: p.id(), URL: c.address(uidOf(look.Account), p.id()), Title: postTitle(words)}
	if match := ourLink(look.PublicBase).FindStringSubmatch(words); look.PublicBase != "" && match != nil {
		out.DeliveryID = match[1]
	}
	made, known := p.at()
	switch {
	case !known:
		out.Doubt = "微博没有给出看得懂的发布时间“" + cutRunes(p.CreatedAt, 60) + "”。"
	case made.After(look.Now.Std().Add(future)):
		out.Doubt = "微博显示的发布时间" + made.In(sql.Beijing).Format("2006年1月2日15:04") + "在未来，不可信。"
	default:
		out.PublishedAt = sql.FromStd(made)
	}
	return out
}

// postTitle is what a post is called in a list: the headline in brackets, else its first words.
func postTitle(words string) string {
	words = oneLine(words)
	if match := bracketed.FindStringSubmatch(words); match != nil {
		return cutRunes(strings.TrimSpace(match[1]), 120)
	}
	words = strings.TrimSpace(webLink.ReplaceAllString(words, ""))
	if words == "" {
		return "（无文字）"
	}
	return cutRunes(words, 60)
}

// nextRead is the time to the next reading: an hour in working hours, else until they begin.
func nextRead(now sql.Time) time.Duration {
	t := now.Std().In(sql.Beijing)
	next := t.Add(readEvery)
	begin := time.Date(t.Year(), t.Month(), t.Day(), watchFrom, 0, 0, 0, sql.Beijing)
	end := time.Date(t.Year(), t.Month(), t.Day(), watchUntil, 0, 0, 0, sql.Beijing)
	switch {
	case t.Before(begin):
		next = begin
	case !next.Before(end):
		next = begin.AddDate(0, 0, 1)
	}
	return next.Sub(t)
}
