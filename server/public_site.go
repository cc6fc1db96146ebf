package main

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"govmedia/accounts"
	"govmedia/fault"
	"govmedia/rules"
	"govmedia/sql"
)

// The pages that anybody may read: notices, the directory of accounts, and the check of an address. They are made here, with
// no script at all, so that they open on any device, can be kept by caches and printed.

//go:embed public_site.html
var siteHTML string

//go:embed public_site.css
var siteCSS []byte

var siteTemplate = template.Must(template.New("site").Parse(siteHTML))

// siteStyle names this version of the style sheet, so that it can be kept for ever.
var siteStyle = tagOf(siteCSS)[:12]

// sitePolicy lets a public page show our own style and pictures, and nothing run or load besides.
const sitePolicy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"

// How long caches keep what anybody may read.
const (
	keepPage  = "public, max-age=60"
	keepFeed  = "public, max-age=300"
	keepStyle = "public, max-age=31536000, immutable"
)

// sitePage is what every public page needs.
type sitePage struct {
	Site        string // whose pages they are
	Section     string // notices, directory, check
	Title       string
	Description string
	Canonical   string
	Style       string
	Hidden      bool // search engines leave it out
}

func (s *server) sitePage(c echo.Context, section, title, description string) (sitePage, error) {
	place, err := accounts.DirectoryAt(c.Request().Context(), s.db, "")
	site := "政务新媒体公开信息"
	if err == nil && len(place.Below) == 1 {
		site = place.Below[0].Name + " · " + site
	}
	return sitePage{Site: site, Section: section, Title: title, Description: description, Style: siteStyle,
		Canonical: s.config.PublicBase + c.Request().URL.Path}, err
}

// showSite answers with a page.
func (s *server) showSite(c echo.Context, status int, name string, view any) error {
	var body bytes.Buffer
	if err := siteTemplate.ExecuteTemplate(&body, name, view); err != nil {
		return err
	}
	c.Response().Header().Set("Content-Security-Policy", sitePolicy)
	if status != http.StatusOK {
		if c.Response().Header().Get(echo.HeaderCacheControl) == "" {
			c.Response().Header().Set(echo.HeaderCacheControl, keepPage)
		}
		return c.HTMLBlob(status, body.Bytes())
	}
	return s.sendPublic(c, echo.MIMETextHTMLCharsetUTF8, keepPage, body.Bytes())
}

// sendPublic answers with something that caches may keep, or with 304 to one that has it. The tag is of the very bytes and the
// date is since when the address answers with them, so that what changes without a date (a name, a term that is over, a notice
// that was taken back) is told of, too.
func (s *server) sendPublic(c echo.Context, contentType, caching string, body []byte) error {
	header := c.Response().Header()
	header.Set(echo.HeaderContentType, contentType)
	header.Set("Cache-Control", caching)
	tag := tagOf(body)
	header.Set("ETag", `"`+tag+`"`)
	http.ServeContent(c.Response(), c.Request(), "", s.shown.since(c.Request().URL.RequestURI(), tag, time.Now()), bytes.NewReader(body))
	return nil
}

func tagOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:16])
}

// publicSite puts the pages of everybody on the table; each answers HEAD, too, which feed readers send.
func (s *server) publicSite() {
	for _, line := range []struct {
		address string
		handler echo.HandlerFunc
	}{
		{"/notices", s.noticesPage},
		{"/notices/rss.xml", s.noticesRSS},
		{"/notices/feed.json", s.noticesFeed},
		{"/notices/:id", s.noticePage},
		{"/directory", s.directoryPage},
		{"/directory.json", s.directoryJSON},
		{"/directory/:id", s.entryPage},
		{"/directory/:id/qr", s.entryQR},
		{"/directory/:id/home-qr", s.entryHomeQR},
		{"/check", s.checkPage},
		{"/check.json", s.checkJSON},
		{"/public/site.css", s.siteCSS},
		{"/robots.txt", s.robots},
		{"/sitemap.xml", s.sitemap},
	} {
		s.addPlain(anyone, "GET "+line.address, s.inWords(line.handler))
		s.addPlain(anyone, "HEAD "+line.address, s.inWords(line.handler))
	}
}

// inWords answers a reader's mistakes with a page instead of JSON.
func (s *server) inWords(handler echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		err := handler(c)
		if err == nil || c.Response().Committed || strings.HasSuffix(c.Request().URL.Path, ".json") {
			return err
		}
		problem := s.problemOf(c.Request().Context(), err)
		title := "暂时打不开"
		switch problem.Status {
		case http.StatusNotFound:
			title = "没有找到"
		case http.StatusUnprocessableEntity:
			title = "网址有误"
		}
		view := sitePage{Site: "政务新媒体公开信息", Title: title, Description: problem.Detail, Style: siteStyle, Hidden: true}
		c.Response().Header().Set("Cache-Control", "no-store")
		return s.showSite(c, problem.Status, "refusal", view)
	}
}

// noticeRow is a notice as the pages have it.
type noticeRow struct {
	Address, Title, Unit, State, Tone string
	Published, PublishedISO           string
	PublishedOn                       string // 2026年10月23日
	Signature                         string // the unit, where the text ends with its name
	Term                              string // from–to, in words
	Ended                             string // empty while it stands
	Withdrawn                         bool
	Citation                          string
	Paragraphs                        []string
	Places                            []placeRow
	Account                           *cardRow
}

type placeRow struct{ Name, URL, Published string }

const minuteForm = "2006-01-02 15:04"

func (s *server) noticeRow(n accounts.ShownNotice) noticeRow {
	row := noticeRow{Address: "/notices/" + n.ID, Title: n.Title, Unit: n.UnitName, State: n.State.Label(), Tone: "good",
		Published: n.PublishedAt.Std().Format(minuteForm), PublishedISO: n.PublishedAt.Std().Format(time.RFC3339), Term: noticeTerm(n),
		Withdrawn: n.State == accounts.NoticeWithdrawn, Paragraphs: paragraphs(n.Body)}
	if last := len(row.Paragraphs) - 1; last >= 0 && row.Paragraphs[last] == n.UnitName {
		row.Paragraphs, row.Signature, row.PublishedOn = row.Paragraphs[:last], n.UnitName, n.PublishedAt.Std().Format("2006年1月2日")
	}
	if n.EndedAt != nil {
		row.Ended, row.Tone = n.EndedAt.Std().Format(minuteForm), "soft"
	}
	if n.Rulebook != "" {
		row.Citation = s.book.Cite(n.Rulebook, n.Articles)
	}
	for _, place := range n.Places {
		row.Places = append(row.Places, placeRow{place.Name, place.URL, place.PublishedAt.Std().Format(time.DateOnly)})
	}
	return row
}

// noticeTerm says from when to when a notice stands.
func noticeTerm(n accounts.ShownNotice) string {
	from := n.PublishedAt
	if n.FromAt != nil {
		from = *n.FromAt
	}
	term := from.Std().Format(time.DateOnly)
	switch {
	case n.EndedAt != nil && (n.LastOn == nil || *n.EndedAt < *n.LastOn): // before the day that was chosen, where one was
		return term + " 至 " + n.EndedAt.Std().Format(time.DateOnly)
	case n.LastOn != nil:
		return term + " 至 " + n.LastOn.Std().Format(time.DateOnly)
	case n.Pending:
		return term + " 起，结束日待日历确认"
	case n.UntilAt != nil:
		return term + " 起，至少到 " + rules.DateOf(n.UntilAt.Std()).AddDays(-1).String()
	}
	return term + " 起"
}

// paragraphs cuts a text where it has empty lines.
func paragraphs(text string) []string {
	var list []string
	for part := range strings.SplitSeq(text, "\n\n") {
		if part = strings.Trim(part, "\n"); part != "" {
			list = append(list, part)
		}
	}
	return list
}

func (s *server) noticesPage(c echo.Context) error {
	query := c.Request().URL.Query()
	filter := accounts.ShownFilter{Title: short(query.Get("q")), Standing: query.Get("standing") != "", After: query.Get("after")}
	list, next, err := accounts.ShownNotices(c.Request().Context(), s.db, filter)
	if err != nil {
		return err
	}
	base, err := s.sitePage(c, "notices", "公告", "政务新媒体账号和政府网站开设、变更、暂停、关停的公告。")
	if err != nil {
		return err
	}
	base.Hidden = filter.Title != "" || filter.After != ""
	view := struct {
		sitePage
		Query    string
		Standing bool
		Notices  []noticeRow
		Next     string
	}{base, filter.Title, filter.Standing, nil, nextAddress(c, next)}
	for _, notice := range list {
		view.Notices = append(view.Notices, s.noticeRow(notice))
	}
	return s.showSite(c, http.StatusOK, "notices", view)
}

func (s *server) noticePage(c echo.Context) error {
	ctx := c.Request().Context()
	notice, err := accounts.ShownNoticeOf(ctx, s.db, c.Param("id"))
	if err != nil {
		return err
	}
	row := s.noticeRow(notice)
	if notice.AccountID != nil && !row.Withdrawn {
		entry, err := accounts.EntryOf(ctx, s.db, *notice.AccountID)
		if err == nil {
			card := cardOf(entry)
			row.Account = &card
		} else if fault.As(err) == nil {
			return err
		}
	}
	title, status := notice.Title, http.StatusOK
	if row.Withdrawn {
		title, status = "公告已作废", http.StatusGone
	}
	base, err := s.sitePage(c, "notices", title, "")
	if err != nil {
		return err
	}
	base.Hidden = row.Withdrawn
	view := struct {
		sitePage
		Notice noticeRow
	}{base, row}
	return s.showSite(c, status, "notice", view)
}

// cardRow is an account as the pages have it.
type cardRow struct {
	Address, Name, Kind, State, Tone string
	Unit, UnitAddress                string
	Home, QR, QRLabel                string
	Closed, Suspended                bool
	ClosedOn                         string
	GoneTo                           *goneTo
	Description                      string
	Facts                            []namedText
}

// goneTo is where the readers of a closed account go; URL is set where the whole of it is an address.
type goneTo struct{ Text, URL string }

type namedText struct{ Name, Text string }

func cardOf(e accounts.Entry) cardRow {
	card := cardRow{Address: "/directory/" + e.ID, Name: e.Name, Kind: e.Kind.Label(), State: e.State.Label(), Tone: "good", Unit: e.UnitName,
		UnitAddress: "/directory?unit=" + e.UnitID, Home: e.HomeURL, Closed: e.State == accounts.Closed, Suspended: e.State == accounts.Suspended,
		ClosedOn: dayText(e.ClosedAt), Description: e.Description}
	if card.Closed || card.Suspended {
		card.Tone = "warn"
	}
	card.QR, card.QRLabel = qrOf(e)
	if e.GoneTo != "" {
		card.GoneTo = &goneTo{Text: e.GoneTo}
		if u, err := url.Parse(e.GoneTo); err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" {
			card.GoneTo.URL = e.GoneTo
		}
	}
	for _, fact := range []namedText{{"认证主体", e.CertifiedSubject}, {"开设时间", dayText(e.OpenedOn)}, {"网站标识码", e.SiteCode}, {"ICP 备案号", e.ICP},
		{"公安备案号", e.PoliceFiling}} {
		if fact.Text != "" {
			card.Facts = append(card.Facts, fact)
		}
	}
	return card
}

// qrOf is the address of an account's QR code and what it is called: the one that was uploaded, else one that leads to the home
// page. Both are empty for an account that has neither, or is closed: nobody knows whose its address is by now.
func qrOf(e accounts.Entry) (address, label string) {
	switch {
	case e.State == accounts.Closed:
		return "", ""
	case e.HasQR:
		return "/directory/" + e.ID + "/qr", "二维码"
	case e.HasHomeQR():
		return "/directory/" + e.ID + "/home-qr", "主页二维码"
	}
	return "", ""
}

func dayText(at *sql.Time) string {
	if at == nil {
		return ""
	}
	return at.Std().Format(time.DateOnly)
}

// option is one line of a list to choose from.
type option struct {
	Value, Label string
	Chosen       bool
}

// group is the accounts of one unit.
type group struct {
	Unit    string
	Entries []cardRow
}

type unitLink struct{ Name, Address string }

// placeView is where in the tree of units the reader is.
type placeView struct {
	Unit, Here   string
	Above, Below []unitLink
	Open         bool
}

var (
	shownPlatforms = []accounts.Platform{accounts.WeChat, accounts.Weibo, accounts.App, accounts.VideoAccount, accounts.Douyin, accounts.Kuaishou,
		accounts.Toutiao, accounts.Website, accounts.Other}
	shownStates = []accounts.State{accounts.InUse, accounts.Suspended, accounts.Closed}
)

func directoryFilter(c echo.Context) accounts.DirectoryFilter {
	query := c.Request().URL.Query()
	return accounts.DirectoryFilter{UnitID: query.Get("unit"), Platform: accounts.Platform(query.Get("platform")), State: accounts.State(query.Get("state")),
		Text: short(query.Get("q")), After: query.Get("after")}
}

func (s *server) directoryPage(c echo.Context) error {
	ctx := c.Request().Context()
	filter := directoryFilter(c)
	filter.PerPage = 60
	list, next, err := accounts.Directory(ctx, s.db, filter)
	if err != nil {
		return err
	}
	place, err := s.placeView(c, filter.UnitID)
	if err != nil {
		return err
	}
	title := "账号名录"
	if place.Here != "" {
		title = place.Here + "的账号"
	}
	base, err := s.sitePage(c, "directory", title, "在册的政务新媒体账号和政府网站。")
	if err != nil {
		return err
	}
	base.Hidden = filter.Text != "" || filter.After != ""
	view := struct {
		sitePage
		Query     string
		Platforms []option
		States    []option
		Place     placeView
		Groups    []group
		Next      string
	}{sitePage: base, Query: filter.Text, Place: place, Next: nextAddress(c, next)}
	for _, platform := range shownPlatforms {
		view.Platforms = append(view.Platforms, option{string(platform), platform.Label(), platform == filter.Platform})
	}
	for _, state := range shownStates {
		view.States = append(view.States, option{string(state), state.Label(), state == filter.State})
	}
	unit := ""
	for _, entry := range list {
		if entry.UnitID != unit {
			view.Groups, unit = append(view.Groups, group{Unit: entry.UnitName}), entry.UnitID
		}
		last := &view.Groups[len(view.Groups)-1]
		last.Entries = append(last.Entries, cardOf(entry))
	}
	return s.showSite(c, http.StatusOK, "directory", view)
}

func (s *server) placeView(c echo.Context, unitID string) (placeView, error) {
	place, err := accounts.DirectoryAt(c.Request().Context(), s.db, unitID)
	if err != nil {
		return placeView{}, err
	}
	view := placeView{Unit: unitID, Open: unitID != ""}
	for _, unit := range place.Above {
		view.Above, view.Here = append(view.Above, unitLink{unit.Name, "/directory?unit=" + unit.ID}), unit.Name
	}
	for _, unit := range place.Below {
		view.Below = append(view.Below, unitLink{unit.Name, "/directory?unit=" + unit.ID})
	}
	return view, nil
}

func (s *server) entryPage(c echo.Context) error {
	ctx := c.Request().Context()
	entry, err := accounts.EntryOf(ctx, s.db, c.Param("id"))
	if err != nil {
		return err
	}
	list, _, err := accounts.ShownNotices(ctx, s.db, accounts.ShownFilter{AccountID: entry.ID})
	if err != nil {
		return err
	}
	base, err := s.sitePage(c, "directory", entry.Name+"（"+entry.Kind.Label()+"）", "")
	if err != nil {
		return err
	}
	view := struct {
		sitePage
		Entry   cardRow
		Notices []noticeRow
	}{sitePage: base, Entry: cardOf(entry)}
	for _, notice := range list {
		view.Notices = append(view.Notices, s.noticeRow(notice))
	}
	return s.showSite(c, http.StatusOK, "entry", view)
}

func (s *server) entryQR(c echo.Context) error {
	picture, err := accounts.EntryQR(c.Request().Context(), s.db, c.Param("id"))
	if err != nil {
		return err
	}
	return s.sendPicture(c, picture.SHA256, picture.MIME, "public, max-age=3600")
}

// entryHomeQR draws the home page of an account as a QR code, whether or not another one was uploaded.
func (s *server) entryHomeQR(c echo.Context) error {
	entry, err := accounts.EntryOf(c.Request().Context(), s.db, c.Param("id"))
	if err != nil {
		return err
	}
	if entry.State == accounts.Closed {
		return accounts.ErrEntryNotFound
	}
	picture, err := accounts.HomeQR(entry.HomeURL)
	if err != nil {
		return err
	}
	return s.sendPublic(c, "image/png", keepPage, picture)
}

func (s *server) siteCSS(c echo.Context) error {
	return s.sendPublic(c, "text/css; charset=utf-8", keepStyle, siteCSS)
}

// short is as much of a search as is asked for.
func short(text string) string {
	text = strings.ToValidUTF8(strings.TrimSpace(text), "")
	if runes := []rune(text); len(runes) > 60 {
		return string(runes[:60])
	}
	return text
}

// nextAddress is the address of the next page, empty on the last.
func nextAddress(c echo.Context, cursor string) string {
	if cursor == "" {
		return ""
	}
	query := c.Request().URL.Query()
	query.Set("after", cursor)
	return c.Request().URL.Path + "?" + query.Encode()
}
