package wechat

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"govmedia/channels"
	"govmedia/sql"
)

var _ channels.Observer = (*Channel)(nil)

// How an account is read: so many pages of twenty at a time, all of them once a week, because WeChat promises no order;
// so many articles are remembered; and the statistics of so many days, which alone know what was sent to followers.
const (
	observePages   = 5
	observeAll     = 7 * 24 * time.Hour
	observeKnown   = 400
	observeDays    = 7
	observeFirst   = 7 // days of statistics at the first reading
	observeNext    = 12 * time.Hour
	observeSoon    = time.Hour
	earliestSecond = 1_345_000_000 // August 2012, when official accounts began
)

// Observe implements channels.Observer. Two readings make it whole: the list of what was published without notification,
// with the minute, and the statistics of the day before, from eight in the morning, with what was sent to followers. Those
// give a day and no time, so such a post counts from the day's beginning. Ours are recognised by the address of the
// original, in statistics by the message's data id. In the cursor stand known (articles listed before), all_at and offset
// (of the weekly reading of everything) and stat_day (the last day of statistics read).
func (c *Channel) Observe(ctx context.Context, look channels.Look) (channels.Seen, error) {
	who, err := partyFor(look.Account, look.Credentials)
	if err != nil {
		return channels.Seen{}, err
	}
	o := newObservation(look)
	listErr := c.observeList(ctx, who, o)
	if listErr != nil && !hasClass(listErr, channels.Permission) {
		return channels.Seen{}, listErr
	}
	statErr := c.observeStatistics(ctx, o, listErr != nil)
	switch {
	case listErr != nil && statErr != nil:
		return channels.Seen{}, listErr
	case statErr != nil && !hasClass(statErr, channels.Retry, channels.Quota) && len(o.seen.Posts) == 0:
		return channels.Seen{}, statErr // what was sent to followers cannot be known: silence is no answer
	case statErr != nil:
		o.soon(observeSoon)
	}
	return o.end(), nil
}

// observation is one reading on its way.
type observation struct {
	look   channels.Look
	seen   channels.Seen
	known  map[string]sql.Time // by external id; negative when it is gone
	begun  bool                // something was listed before
	allAt  sql.Time
	offset int
	day    string
}

func newObservation(look channels.Look) *observation {
	o := &observation{look: look, known: map[string]sql.Time{}}
	o.seen.Next = observeNext
	if before, ok := look.Cursor["known"].(map[string]any); ok {
		for id, at := range before {
			o.known[id] = sql.Time(numberOf(at))
		}
	}
	o.allAt, o.offset = sql.Time(numberOf(look.Cursor["all_at"])), int(numberOf(look.Cursor["offset"]))
	o.day, _ = look.Cursor["stat_day"].(string)
	o.begun = o.allAt > 0
	return o
}

func (o *observation) soon(d time.Duration) { o.seen.Next = min(o.seen.Next, d) }

// end writes the cursor down; of the articles it remembers the newest.
func (o *observation) end() channels.Seen {
	ids := make([]string, 0, len(o.known))
	for id := range o.known {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b string) int { return cmp.Compare(max(o.known[b], -o.known[b]), max(o.known[a], -o.known[a])) })
	known := map[string]any{}
	for _, id := range ids[:min(len(ids), observeKnown)] {
		known[id] = int64(o.known[id])
	}
	o.seen.Cursor = sql.Object{"known": known, "all_at": int64(o.allAt), "offset": o.offset, "stat_day": o.day}
	return o.seen
}

// observeList reads the newest page, goes on while everything on it is new, and reads on where the weekly reading stopped.
func (c *Channel) observeList(ctx context.Context, who party, o *observation) error {
	if o.offset == 0 && o.look.Now.Sub(o.allAt) >= observeAll {
		o.allAt, o.offset = o.look.Now, pageSize
	}
	fresh, total, err := c.observePage(ctx, who, o, 0)
	if err != nil {
		return err
	}
	offset := pageSize
	for range observePages - 1 {
		switch {
		case o.offset > 0 && o.offset < total:
			offset = o.offset
		case fresh < pageSize || offset >= total:
			o.offset = 0
			return nil
		}
		if fresh, total, err = c.observePage(ctx, who, o, offset); err != nil {
			return err
		}
		offset += pageSize
		if o.offset > 0 {
			o.offset = offset
		}
	}
	if o.offset >= total {
		o.offset = 0
	}
	if o.offset > 0 {
		o.soon(observeSoon)
	}
	return nil
}

// observePage reads a page and returns how many of its articles were not known, and how many there are in all.
func (c *Channel) observePage(ctx context.Context, who party, o *observation, offset int) (fresh, total int, err error) {
	list, err := c.page(ctx, who, offset)
	if err != nil {
		return 0, 0, err
	}
	for _, item := range list.Items {
		for i, news := range item.Content.News {
			if o.list(item, i, news) {
				fresh++
			}
		}
	}
	return fresh, int(list.Total), nil
}

// list takes an article of the list and reports whether it is new.
func (o *observation) list(item listedItem, index int, news listedNews) bool {
	id := item.ArticleID
	if index > 0 {
		id = fmt.Sprintf("%s#%d", id, index+1)
	}
	if id == "" || len(id) > 200 {
		return false
	}
	before, known := o.known[id]
	at, doubt := shownTime(item.UpdateTime, o.look.Now)
	switch {
	case bool(news.IsDeleted):
		if known && before > 0 || !known && o.begun {
			o.seen.Removed = append(o.seen.Removed, id)
		}
		o.known[id] = -max(at, 1)
		return !known
	case known && before > 0:
		return false
	}
	o.known[id] = max(at, 1)
	o.seen.Posts = append(o.seen.Posts, channels.SeenPost{ExternalID: id, DeliveryID: deliveryIn(news.SourceURL, o.look.PublicBase),
		Title: oneLine(news.Title), URL: publicAddress(news.URL), PublishedAt: at, Doubt: doubt})
	return true
}

// shownTime reads a time that WeChat shows; 0 with the reason when it cannot be.
func shownTime(at looseText, now sql.Time) (sql.Time, string) {
	t := seconds(at)
	switch {
	case t == 0:
		return 0, "微信没有给出发布时间"
	case t < earliestSecond*1000:
		return 0, "微信给出的发布时间早于公众号开始的年份"
	case t > now.Add(clockSkew):
		return 0, "微信给出的发布时间在将来"
	}
	return t, ""
}

// deliveryIn returns the delivery that an address of the original names, empty when it is none of ours.
func deliveryIn(address, publicBase string) string {
	rest, ours := strings.CutPrefix(address, strings.TrimSuffix(publicBase, "/")+"/p/")
	if cut := strings.IndexAny(rest, "/?#"); cut >= 0 {
		rest = rest[:cut]
	}
	if !ours || publicBase == "" || !sql.IsID(rest) {
		return ""
	}
	return rest
}

// observeStatistics reads the days since the last one, up to yesterday. both takes what was published without
// notification as well, where the list cannot be read.
func (c *Channel) observeStatistics(ctx context.Context, o *observation, both bool) error {
	today := dayOf(o.look.Now.Std())
	day := today.AddDate(0, 0, -observeFirst)
	if last, err := time.ParseInLocation(time.DateOnly, o.day, sql.Beijing); err == nil && last.AddDate(0, 0, 1).After(day) {
		day = last.AddDate(0, 0, 1)
	}
	ours, err := sql.List[begun](ctx, c.db, "wechat_delivery.begun",
		sql.Args{"account_id": o.look.Account.ID, "since": sql.FromStd(day).Add(-callbackReach), "limit": callbackMost})
	if err != nil {
		return fmt.Errorf("list the deliveries of account %s: %w", o.look.Account.ID, err)
	}
	of := Caller{o.look.Account, o.look.Credentials}
	for range observeDays {
		if !day.Before(today) {
			return nil
		}
		articles, err := c.Articles(ctx, of, day)
		if err != nil {
			if p := channels.AsPlatformError(err); p != nil && p.Class == channels.Retry && p.After > 0 {
				o.soon(p.After)
				return nil // not there yet: the same day is asked for again
			}
			return err
		}
		for _, article := range articles {
			if both || article.PublishType == 0 {
				o.count(article, day, ours)
			}
		}
		o.day = day.Format(time.DateOnly)
		day = day.AddDate(0, 0, 1)
	}
	if day.Before(today) {
		o.soon(observeSoon)
	}
	return nil
}

// count takes an article of the statistics.
func (o *observation) count(article ArticleDetail, day time.Time, ours []begun) {
	at := sql.FromStd(day)
	if shown, err := time.ParseInLocation(time.DateOnly, article.RefDate, sql.Beijing); err == nil && !shown.After(o.look.Now.Std()) {
		at = sql.FromStd(shown)
	}
	o.seen.Posts = append(o.seen.Posts, channels.SeenPost{ExternalID: firstRunes(article.MsgID, 200), DeliveryID: ownSending(article, ours),
		Title: oneLine(article.Title), URL: publicAddress(article.URL), PublishedAt: at})
}

// ownSending returns the delivery of a sending, empty when it is none of ours.
func ownSending(article ArticleDetail, ours []begun) string {
	message, place, _ := strings.Cut(article.MsgID, "_")
	for _, b := range ours {
		if message != "" && b.text("msg_data_id") == message && (b.SeriesID == nil || int(numberOf(place)) == b.place()) {
			return b.ID
		}
	}
	return ""
}

// hasClass reports whether err is a platform error of one of the classes.
func hasClass(err error, classes ...channels.Class) bool {
	p := channels.AsPlatformError(err)
	return p != nil && slices.Contains(classes, p.Class)
}

// listedItem is a published message in the list, as far as it is read. Figures come in more than one form.
type listedItem struct {
	ArticleID string `json:"article_id"`
	Content   struct {
		News []listedNews `json:"news_item"`
	} `json:"content"`
	UpdateTime looseText `json:"update_time"`
}

type listedNews struct {
	Title     string    `json:"title"`
	SourceURL string    `json:"content_source_url"`
	URL       string    `json:"url"`
	IsDeleted looseFlag `json:"is_deleted"`
}

type listedPage struct {
	Total int64        `json:"total_count"`
	Items []listedItem `json:"item"`
}

// page reads twenty messages of the list of published ones, without their text.
func (c *Channel) page(ctx context.Context, who party, offset int) (listedPage, error) {
	var list listedPage
	in := map[string]int{"offset": offset, "count": pageSize, "no_content": 1}
	return list, c.post(ctx, who, pathPublished, in, &list)
}
