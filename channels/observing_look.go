package channels

import (
	"context"
	"crypto/sha256"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"govmedia/accounts"
	"govmedia/channels/dates"
	"govmedia/channels/egress"
	"govmedia/channels/feed"
	"govmedia/channels/page"
	"govmedia/sql"
)

// bookmark is what is known of a source's items.
type bookmark struct {
	Items  []knownItem `json:"i,omitempty"`
	Cursor sql.Object  `json:"c,omitempty"` // of a platform's list

	raw string // as it is kept, until somebody opens it
}

// knownItem is one item that was listed before.
type knownItem struct {
	Key  string   `json:"k"`           // hash of what tells it from the others
	Link string   `json:"l,omitempty"` // hash of its address, where no other item has it
	Hash string   `json:"h,omitempty"` // of its text
	Post string   `json:"p,omitempty"` // id of the post that it is
	Gone int      `json:"g,omitempty"` // readings in a row without it while older ones remained; goneForGood: told
	At   sql.Time `json:"a,omitempty"` // its date, 0 when it has none that can be
}

// The bounds of a bookmark, and after how many readings without it an item was taken down.
const (
	mostKnown   = 500
	goneAfter   = 2
	goneForGood = 99
	opened      = 3 // articles of a list that one reading opens
	soon        = 2 * time.Minute
)

// Value implements driver.Valuer.
func (b bookmark) Value() (driver.Value, error) {
	if b.raw != "" {
		return b.raw, nil
	}
	type plain bookmark
	return sql.EncodeJSON(plain(b))
}

// Scan implements sql.Scanner.
func (b *bookmark) Scan(value any) error {
	switch kept := value.(type) {
	case string:
		b.raw = kept
	case []byte:
		b.raw = string(kept)
	default:
		return fmt.Errorf("channels: a bookmark came as %T", value)
	}
	return nil
}

// opened returns the bookmark ready to be looked into; one that cannot be read is an empty one.
func (b bookmark) opened() bookmark {
	if b.raw == "" {
		return b
	}
	type plain bookmark
	var read plain
	if sql.DecodeJSON(b.raw, &read) != nil {
		return bookmark{}
	}
	return bookmark{Items: read.Items, Cursor: read.Cursor}
}

// finding is what one reading found.
type finding struct {
	result   Reading
	sentence string
	warnings []string
	posts    []seen
	removed  []string  // ids of posts that were taken down
	gone     []string  // the same, by the platform's ids
	changed  int       // items whose text is another one than before
	known    bookmark  // the one before
	bookmark *bookmark // for the next reading; nil: as before
	answer   validators
	movedTo  string
	next     time.Duration // 0: as usual
}

// validators are what a host sent with its answer, and what its body was.
type validators struct {
	etag, lastModified, hash string
	whole                    bool // it was asked for whole
	kept                     bool // they are those of before
}

// nothingNew reports whether saving many at once will do.
func (f finding) nothingNew(s claimed) bool {
	return f.result == ReadUnchanged && f.answer.kept && !f.answer.whole && f.changed == 0 && len(f.warnings) == 0 && f.movedTo == s.MovedTo && len(s.Warnings) == 0 &&
		s.Failures == 0 && !s.Marked && s.Result != ReadUndated && s.State == SourceReading && s.OKAt != nil
}

// seen is one post that was not listed before.
type seen struct {
	key   string // of its item
	title string
	url   string
	guid  string // the platform's id
	shown string
	at    dates.Instant
	ok    bool
	by    accounts.DateBy
	doubt string // a platform's own: why the shown time is not believed
	words string // in which an address of ours may stand
	ours  string // the delivery that it is, where the platform's adapter knows
	about string // the article of ours that it says it is
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

// document reads the address of a source, with its validators unless it is to be read whole. The answer has no body when
// nothing changed; when it has one, the source's bookmark is read too.
func (w *Observing) document(ctx context.Context, db *sql.DB, s *claimed, limit int64, now sql.Time) (egress.Fetched, validators, *trouble) {
	answer := validators{etag: s.Etag, lastModified: s.LastModified, hash: s.BodyHash, kept: true, whole: s.FullAt == nil || now.Sub(*s.FullAt) >= w.Pace.Whole}
	header := http.Header{}
	if !answer.whole && s.Etag != "" {
		header.Set("If-None-Match", s.Etag)
	}
	if !answer.whole && s.LastModified != "" {
		header.Set("If-Modified-Since", s.LastModified)
	}
	fetched, problem := w.get(ctx, s.URL, header, limit, now)
	if problem != nil {
		return egress.Fetched{}, answer, problem
	}
	if fetched.Status == http.StatusNotModified {
		fetched.Body = nil
		return fetched, answer, nil
	}
	sum := sha256.Sum256(fetched.Body)
	hash := hex.EncodeToString(sum[:])
	etag, modified := fetched.Header.Get("Etag"), fetched.Header.Get("Last-Modified")
	if len(etag) > 500 {
		etag = ""
	}
	if len(modified) > 100 {
		modified = ""
	}
	if hash == s.BodyHash && s.OKAt != nil {
		fetched.Body = nil
	}
	answer.kept = fetched.Body == nil && etag == s.Etag && modified == s.LastModified
	answer.etag, answer.lastModified, answer.hash = etag, modified, hash
	if fetched.Body == nil {
		return fetched, answer, nil
	}
	return fetched, answer, s.open(ctx, db)
}

// open reads what is known of the source's items.
func (s *claimed) open(ctx context.Context, db *sql.DB) *trouble {
	known, err := sql.Get[bookmark](ctx, db, "bookmark.get", sql.Args{"source_id": s.ID})
	if err != nil && !errors.Is(err, sql.ErrNone) {
		return &trouble{err: err}
	}
	s.Bookmark = known
	return nil
}

// as returns the finding of a document that is as it was.
func (s claimed) as(fetched egress.Fetched, answer validators) finding {
	return finding{result: ReadUnchanged, warnings: s.Warnings, answer: answer, movedTo: movedTo(s, fetched)}
}

// movedTo is where the host says that a source has gone for good, empty when it has not.
func movedTo(s claimed, fetched egress.Fetched) string {
	if fetched.Moved && fetched.URL != s.URL {
		return cut(fetched.URL, maxSourceURL)
	}
	return ""
}

func (w *Observing) lookAtFeed(ctx context.Context, db *sql.DB, s claimed, now sql.Time) (finding, *trouble) {
	fetched, answer, problem := w.document(ctx, db, &s, 0, now)
	if problem != nil || fetched.Body == nil {
		return s.as(fetched, answer), problem
	}
	kind := fetched.Header.Get("Content-Type")
	parsed, err := feed.Parse(fetched.Body, kind, fetched.URL)
	if err != nil {
		if p, err := page.Parse(fetched.Body, kind, fetched.URL); err == nil && p.Challenge() {
			return finding{}, gated()
		}
		return finding{}, unreadable("内容不是 RSS、Atom 或 JSON Feed，或者已经损坏。请核对网址，或联系网站管理员。")
	}
	found := s.as(fetched, answer)
	found.warnings = nil
	found.ofFeed(s, parsed)
	return found, nil
}

func gated() *trouble {
	return unreadable("网站要求浏览器验证（反爬虫页面），没有读到内容。请联系网站管理员把本系统的出口地址列入允许名单，或提供内部网址。")
}

// ofFeed tells what is new in a feed from what was in it before.
func (f *finding) ofFeed(s claimed, parsed feed.Feed) {
	links := map[string]int{}
	for _, item := range parsed.Items {
		links[item.URL]++
	}
	list := f.begin(s)
	for _, item := range parsed.Items {
		entry := knownItem{Key: digest(item.Key), Hash: item.Hash}
		if item.URL != "" && links[item.URL] == 1 {
			entry.Link = digest(item.URL)
		}
		if item.OK {
			entry.At = sql.FromStd(item.At.Time)
		}
		if list.knows(entry) {
			continue
		}
		post := seen{key: entry.Key, title: item.Title, url: item.URL, shown: item.Shown, at: item.At, ok: item.OK, by: accounts.DateByFeed, words: item.Words}
		if entry.Link == "" {
			post.guid = "feed:" + entry.Key // without an address of its own, so it is told by this
		}
		if sql.IsID(item.GUID) {
			post.about = item.GUID // an app keeps our id
		}
		f.posts = append(f.posts, post)
	}
	for _, gone := range parsed.Removed {
		list.remove(digest(gone.Key))
	}
	f.end(list, len(parsed.Items))
}

// listing compares what is listed now with what was.
type listing struct {
	known   []knownItem
	present map[int]bool // places in known
	fresh   []knownItem
	removed []string
	changed int
	byKey   map[string]int
	byLink  map[string]int
}

func (f *finding) begin(s claimed) *listing {
	f.known = s.Bookmark.opened()
	l := &listing{known: slices.Clone(f.known.Items), present: map[int]bool{}, byKey: map[string]int{}, byLink: map[string]int{}}
	for i, item := range l.known {
		l.byKey[item.Key] = i
		if item.Link != "" {
			l.byLink[item.Link] = i
		}
	}
	return l
}

// knows reports whether an item was listed before, by its id or its address, and notes it as fresh when it was not.
func (l *listing) knows(item knownItem) bool {
	i, known := l.byKey[item.Key]
	if !known && item.Link != "" {
		i, known = l.byLink[item.Link] // its id is another one now: the same article all the same
	}
	if !known {
		if !slices.ContainsFunc(l.fresh, func(f knownItem) bool { return f.Key == item.Key }) {
			l.fresh = append(l.fresh, item)
			return false
		}
		return true // twice in one list
	}
	was := &l.known[i]
	if was.Hash != "" && item.Hash != "" && was.Hash != item.Hash {
		l.changed++
	}
	was.Hash, was.Gone = item.Hash, 0
	l.present[i] = true
	return true
}

// remove notes an item that the source itself says was taken down.
func (l *listing) remove(key string) {
	if i, known := l.byKey[key]; known && l.known[i].Gone != goneForGood {
		l.known[i].Gone = goneForGood
		if l.known[i].Post != "" {
			l.removed = append(l.removed, l.known[i].Post)
		}
	}
}

// vanish notes the items that are gone while older ones remain: one that only fell out at the end of the list is not.
func (l *listing) vanish() {
	oldest := sql.Time(0)
	for i := range l.present {
		if at := l.known[i].At; at != 0 && (oldest == 0 || at < oldest) {
			oldest = at
		}
	}
	for i := range l.known {
		item := &l.known[i]
		if l.present[i] || item.Gone == goneForGood || item.At == 0 || oldest == 0 || item.At <= oldest {
			continue
		}
		if item.Gone++; item.Gone >= goneAfter {
			item.Gone = goneForGood
			if item.Post != "" {
				l.removed = append(l.removed, item.Post)
			}
		}
	}
}

// end makes the bookmark for the next reading: what is new, what is still listed, and as much of the rest as fits.
func (f *finding) end(l *listing, listed int) {
	if listed > 0 {
		l.vanish()
	}
	items := slices.Clone(l.fresh)
	for i, item := range l.known {
		if l.present[i] {
			items = append(items, item)
		}
	}
	for i, item := range l.known {
		if !l.present[i] {
			items = append(items, item)
		}
	}
	f.bookmark = &bookmark{Items: items[:min(len(items), mostKnown)]}
	f.removed, f.changed = l.removed, l.changed
	switch {
	case listed == 0:
		f.result, f.sentence = ReadBlank, "能够读取，但里面一条内容也没有。请核对网址是否正确；确实没有内容的，请尽快更新。"
	case len(f.posts) > 0:
		f.result = ReadUpdated
	}
}

func (w *Observing) lookAtColumn(ctx context.Context, db *sql.DB, s claimed, now sql.Time) (finding, *trouble) {
	fetched, answer, problem := w.document(ctx, db, &s, 0, now)
	if problem != nil || fetched.Body == nil {
		return s.as(fetched, answer), problem
	}
	p, err := page.Parse(fetched.Body, fetched.Header.Get("Content-Type"), fetched.URL)
	if err != nil {
		return finding{}, unreadable("页面结构异常，读不出内容。请核对网址，或联系网站管理员。")
	}
	if p.Challenge() {
		return finding{}, gated()
	}
	found := s.as(fetched, answer)
	found.warnings = strange(p, s.Expect, "栏目页")
	items := p.Items(s.Expect.Selector)
	if len(items) == 0 {
		if problem := emptyList(p, s); problem != nil {
			return finding{}, problem
		}
	}
	return found, w.openNew(ctx, s, &found, items, now)
}

// emptyList says why a list page without articles is none; nil when it is blank.
func emptyList(p page.Page, s claimed) *trouble {
	switch {
	case p.SaysEmpty():
		return nil
	case s.Expect.Selector != "" && len(p.Items("")) > 0:
		return unreadable("列表选择器在页面上没有选中任何文章链接，可能网站改版了。请核对选择器，或把它清空。")
	case p.Scripted():
		return unreadable("列表由脚本生成，页面里没有文章链接。请改填订阅源、网站地图，或能直接看到文章链接的网址。")
	case len(s.Bookmark.opened().Items) > 0:
		return unreadable("页面上找不到以前的文章列表，可能网站改版了。请核对网址，或填写列表选择器。")
	}
	return nil
}

// strange says where a page is not what it should be: another site's code, another column's name. It is told, and read all
// the same.
func strange(p page.Page, expect Expect, which string) []string {
	var list []string
	if code := p.Tag(page.SiteIDCode); expect.SiteCode != "" && code != "" && !strings.EqualFold(code, expect.SiteCode) {
		list = append(list, fmt.Sprintf("%s上的网站标识码是 %s，应为 %s：可能是别的网站，或模板没有改。请核对。", which, cut(code, 40), expect.SiteCode))
	}
	if name := p.Tag(page.ColumnName); expect.ColumnName != "" && name != "" && name != expect.ColumnName {
		list = append(list, fmt.Sprintf("%s上的栏目名称是“%s”，应为“%s”。请核对网址。", which, cut(name, 60), expect.ColumnName))
	}
	return list
}

// openNew opens the newest of the articles that were not listed before. At the first reading the others are known from then
// on; later, those that were not opened wait for the next reading, which comes soon.
func (w *Observing) openNew(ctx context.Context, s claimed, found *finding, items []page.Item, now sql.Time) *trouble {
	list := found.begin(s)
	first := s.OKAt == nil
	left := 0
	for _, item := range items[:min(len(items), mostKnown)] {
		entry := knownItem{Key: digest(item.URL)}
		if item.Dated.OK {
			entry.At = sql.FromStd(item.Dated.At.Time)
		}
		if len(found.posts) >= opened && !first {
			if _, known := list.byKey[entry.Key]; !known {
				left++
				continue
			}
		}
		if list.knows(entry) || len(found.posts) >= opened {
			continue
		}
		post, problem := w.openArticle(ctx, s, found, item, now)
		if problem != nil && problem.err != nil {
			return problem
		}
		if problem != nil && post.by == "" { // nothing is known of it: it stays new
			list.fresh = list.fresh[:len(list.fresh)-1]
			found.warnings = append(found.warnings, "有文章页打不开："+problem.sentence)
			left++
			continue
		}
		if post.ok {
			list.fresh[len(list.fresh)-1].At = sql.FromStd(post.at.Time)
		}
		found.posts = append(found.posts, post)
	}
	found.end(list, len(items))
	if left > 0 {
		found.next, found.answer.hash, found.answer.etag, found.answer.lastModified = soon, "", "", "" // read the list whole again
		if len(found.posts) == 0 {
			found.next = 0
		}
	}
	return nil
}

// openArticle reads an article page and finds its date by the ladder: its own tag, the time that readers see, its address,
// the list, the header. A page that cannot be read still has its address and the list.
func (w *Observing) openArticle(ctx context.Context, s claimed, found *finding, item page.Item, now sql.Time) (seen, *trouble) {
	post := seen{key: digest(item.URL), title: item.Text, url: item.URL}
	post.date(item.Dated)
	fetched, problem := w.get(ctx, item.URL, nil, 0, now)
	if problem != nil {
		return post, problem
	}
	p, err := page.Parse(fetched.Body, fetched.Header.Get("Content-Type"), fetched.URL)
	if err != nil || p.Challenge() {
		return post, gated()
	}
	post.words = string(fetched.Body)
	if title := p.Tag(page.ArticleTitle); title != "" || post.title == "" {
		post.title = firstText(title, p.Title)
	}
	for _, sentence := range strange(p, Expect{SiteCode: s.Expect.SiteCode}, "文章页") {
		if !slices.Contains(found.warnings, sentence) {
			found.warnings = append(found.warnings, sentence)
		}
	}
	if dated := p.Date(item.URL); dated.By != "" {
		post.date(dated)
	}
	if post.by == "" {
		post.date(inHeader(fetched.Header, now))
	}
	return post, nil
}

func (p *seen) date(d page.Dated) {
	if d.By != "" {
		p.by, p.shown, p.at, p.ok = accounts.DateBy(d.By), d.Shown, d.At, d.OK
	}
}

// inHeader takes Last-Modified where a host sends a real one: the time of the request is that of a page made on the spot.
func inHeader(header http.Header, now sql.Time) page.Dated {
	shown := header.Get("Last-Modified")
	at, err := http.ParseTime(shown)
	if err != nil || now.Sub(sql.FromStd(at)) < time.Hour {
		return page.Dated{}
	}
	return page.Dated{By: page.ByHeader, Shown: shown, At: dates.Instant{Time: at}, OK: true}
}

func firstText(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

// maxSitemap bounds a sitemap as it is sent, in bytes.
const maxSitemap = 10 << 20

func (w *Observing) lookAtSitemap(ctx context.Context, db *sql.DB, s claimed, now sql.Time) (finding, *trouble) {
	fetched, answer, problem := w.document(ctx, db, &s, maxSitemap, now)
	if problem != nil || fetched.Body == nil {
		return s.as(fetched, answer), problem
	}
	sitemap, err := page.ParseSitemap(fetched.Body)
	if err == nil && len(sitemap.Places) == 0 && len(sitemap.Maps) > 0 {
		within, problem := w.get(ctx, sitemap.Maps[0], nil, maxSitemap, now)
		if problem != nil {
			return finding{}, problem
		}
		sitemap, err = page.ParseSitemap(within.Body)
	}
	if err != nil {
		return finding{}, unreadable("内容不是网站地图，或者已经损坏。请核对网址。")
	}
	found := s.as(fetched, answer)
	found.warnings = nil
	return found, w.openNew(ctx, s, &found, sitemapItems(sitemap, s, fetched.URL), now)
}

// sitemapItems are the articles of a sitemap that belong to the host, below the path that was asked for.
func sitemapItems(sitemap page.Sitemap, s claimed, address string) []page.Item {
	var items []page.Item
	seen := map[string]bool{}
	for _, place := range sitemap.Places {
		if len(items) >= mostKnown || seen[place.URL] || hostOf(place.URL) != hostOf(address) || !below(place.URL, s.Expect.Path) {
			continue
		}
		seen[place.URL] = true
		dated := page.DateInURL(place.URL)
		if dated.By == "" {
			dated = place.Dated
		}
		items = append(items, page.Item{Link: page.Link{URL: place.URL}, Dated: dated})
	}
	return items
}

// below reports whether the path of an address begins so.
func below(address, path string) bool {
	u, err := url.Parse(address)
	return err == nil && strings.HasPrefix(u.Path, path)
}

// lookAtPlatform asks the platform itself, by the account's credentials.
func (w *Observing) lookAtPlatform(ctx context.Context, db *sql.DB, s claimed, now sql.Time) (finding, *trouble) {
	observer, can := w.Outside.Channels[s.Platform].(Observer)
	if !can {
		return finding{}, unreadable("系统不能从这个平台读取更新。请改用订阅源观察，或人工登记。")
	}
	if problem := s.open(ctx, db); problem != nil {
		return finding{}, problem
	}
	account, err := accounts.Load(ctx, db, s.AccountID)
	if err != nil {
		return finding{}, &trouble{err: err}
	}
	if account.CredentialsSetAt == nil {
		return finding{}, unreadable("账号还没有绑定平台凭证，读不到更新。请管理员先到账号页绑定。")
	}
	credentials, err := accounts.OpenCredentials(ctx, db, w.Outside.Keys, account)
	if err != nil {
		return finding{}, unreadable("账号的凭证打不开，读不到更新。请管理员到账号页重新绑定。")
	}
	call, cancel := context.WithTimeout(ctx, w.Outside.Pace.Call)
	defer cancel()
	list, err := observer.Observe(call, Look{Account: account, Credentials: credentials, Cursor: s.Bookmark.opened().Cursor, PublicBase: w.Outside.PublicBase, Now: now})
	if err != nil {
		return finding{}, platformTrouble(ctx, err)
	}
	return platformFinding(s, list), nil
}

func platformTrouble(ctx context.Context, err error) *trouble {
	if ctx.Err() != nil {
		return &trouble{err: ctx.Err()}
	}
	var refused *PlatformError
	if !errors.As(err, &refused) {
		return &trouble{result: ReadUnreachable, sentence: "平台没有应答，稍后自动重试。"}
	}
	problem := &trouble{result: ReadUnreadable, sentence: cut(refused.Advice, 400), after: refused.After}
	if refused.Class == Retry || refused.Class == Unclear {
		problem.result = ReadUnreachable
	}
	return problem
}

func platformFinding(s claimed, list Seen) finding {
	found := finding{result: ReadUnchanged, known: s.Bookmark.opened(), bookmark: &bookmark{Cursor: list.Cursor}, next: list.Next, gone: list.Removed}
	for _, post := range list.Posts {
		one := seen{key: digest(firstText(post.ExternalID, post.URL, post.Title)), title: post.Title, url: post.URL, guid: post.ExternalID, ours: post.DeliveryID,
			by: accounts.DateByPlatform, doubt: post.Doubt}
		if post.PublishedAt != 0 {
			one.shown, one.at, one.ok = post.PublishedAt.String(), dates.Instant{Time: post.PublishedAt.Std()}, true
		}
		found.posts = append(found.posts, one)
	}
	if len(found.posts) > 0 {
		found.result = ReadUpdated
	}
	if list.Missed > 0 {
		found.warnings = []string{fmt.Sprintf("平台上还有 %d 条更新没有读到，只知道数量。请到平台核对后人工补登。", list.Missed)}
	}
	return found
}
