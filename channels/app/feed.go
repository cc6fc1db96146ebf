package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/sql"
)

// What a pull feed holds (channels.md §2.3).
const (
	feedItems    = 50
	keepRetracts = 90 * 24 * time.Hour
)

// Entry is a line of an account's pull feed before its text is read.
type Entry struct {
	ID          string   // of the delivery
	PublishedAt sql.Time //
	CorrectedAt sql.Time // 0: never
}

// Tombstone says that an article was taken back.
type Tombstone struct {
	ID string   `json:"id"` // of the article, as its item had it
	At sql.Time `json:"at"`
}

// Pull is what an app that cannot be reached reads of an account: the newest articles, and which were taken back.
type Pull struct {
	Account   accounts.Account
	Entries   []Entry
	Retracted []Tombstone
	Next      string   // cursor of the older page; empty on the last
	Changed   sql.Time // the newest of all of it, 0 of an empty feed
}

// MayPull reports whether a request may read an account's feed: it carries the account's feed_token as a bearer token, or comes from one of
// the networks of its setting feed_networks.
func MayPull(account accounts.Account, credentials accounts.Credentials, authorization, address string) bool {
	token, bearer := strings.CutPrefix(authorization, "Bearer ")
	want := credentials["feed_token"]
	if bearer && want != "" && subtle.ConstantTimeCompare([]byte(token), []byte(want)) == 1 {
		return true
	}
	from, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	for _, network := range strings.FieldsFunc(setting(account, "feed_networks"), func(r rune) bool { return strings.ContainsRune(",，、;； ", r) }) {
		if prefix, err := netip.ParsePrefix(network); err == nil && prefix.Contains(from.Unmap()) {
			return true
		}
	}
	return false
}

// ReadPull lists what an account's feed holds, from the page after a cursor on; the first page for an empty one, or one that cannot be read.
func ReadPull(ctx context.Context, db *sql.DB, account accounts.Account, cursor string) (Pull, error) {
	before, id := readCursor(cursor)
	entries, err := sql.List[Entry](ctx, db, "app_feed.items", sql.Args{"account_id": account.ID, "before_at": before, "before_id": id, "limit": feedItems + 1})
	if err != nil {
		return Pull{}, fmt.Errorf("list the feed of account %s: %w", account.ID, err)
	}
	pull := Pull{Account: account, Entries: entries}
	if len(entries) > feedItems {
		pull.Entries = entries[:feedItems]
		last := pull.Entries[feedItems-1]
		pull.Next = strconv.FormatInt(int64(last.PublishedAt), 10) + "." + last.ID
	}
	pull.Retracted, err = sql.List[Tombstone](ctx, db, "app_feed.retracted", sql.Args{"account_id": account.ID, "since": db.Now().Add(-keepRetracts)})
	if err != nil {
		return Pull{}, fmt.Errorf("list what was taken back of account %s: %w", account.ID, err)
	}
	for _, entry := range pull.Entries {
		pull.Changed = max(pull.Changed, entry.PublishedAt, entry.CorrectedAt)
	}
	for _, gone := range pull.Retracted {
		pull.Changed = max(pull.Changed, gone.At)
	}
	return pull, nil
}

func readCursor(cursor string) (sql.Time, string) {
	at, id, found := strings.Cut(cursor, ".")
	millis, err := strconv.ParseInt(at, 10, 64)
	if !found || err != nil || millis <= 0 || !sql.IsID(id) {
		return 0, ""
	}
	return sql.Time(millis), id
}

// Tag tells one state of a feed from another without reading its texts, for ETag.
func (p Pull) Tag(format string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %d %v %v %s", format, p.Account.ID, p.Account.Version, p.Entries, p.Retracted, p.Next))
	return `"` + hex.EncodeToString(sum[:12]) + `"`
}

// Reader returns the text of a published delivery as it stands now, channels.PublicMessage in the program.
type Reader func(ctx context.Context, deliveryID string) (channels.Message, channels.Delivery, error)

// items makes the JSON Feed items of a feed. publicBase is our own address.
func (p Pull) items(ctx context.Context, read Reader, publicBase string) ([]item, error) {
	list := []item{}
	for _, entry := range p.Entries {
		message, delivery, err := read(ctx, entry.ID)
		if err != nil {
			return nil, fmt.Errorf("read delivery %s for the feed of account %s: %w", entry.ID, p.Account.ID, err)
		}
		job := &channels.Job{Delivery: delivery, Message: message, Account: p.Account, Remote: sql.Object{}, OriginURL: channels.OriginURL(publicBase, delivery.ID),
			PictureURL: func(picture channels.Picture) string { return channels.PictureURL(publicBase, delivery.ID, picture) }}
		it, body, err := makeItem(job, instant(entry.PublishedAt))
		if err != nil {
			return nil, err
		}
		it.DateModified = instant(max(entry.PublishedAt, entry.CorrectedAt, message.CreatedAt)) // never before it was published
		if thin, _ := p.Account.Settings["thin"].(bool); !thin && len(body) <= maxInline {
			it.ContentHTML, it.Gov.Content = body, nil
		} else {
			it.ContentText = message.Digest // an item has a text of some kind
		}
		list = append(list, it)
	}
	return list, nil
}

// JSON writes the feed as JSON Feed 1.1, with what was taken back under _gov.retracted. address is the feed's own.
func (p Pull) JSON(ctx context.Context, read Reader, publicBase, address string) ([]byte, error) {
	items, err := p.items(ctx, read, publicBase)
	if err != nil {
		return nil, err
	}
	type gone struct {
		ID string `json:"id"`
		At string `json:"at"`
	}
	feed := struct {
		Version  string `json:"version"`
		Title    string `json:"title"`
		Home     string `json:"home_page_url"`
		Feed     string `json:"feed_url"`
		Next     string `json:"next_url,omitempty"`
		Language string `json:"language"`
		Items    []item `json:"items"`
		Gov      struct {
			Retracted []gone `json:"retracted"`
		} `json:"_gov"`
	}{Version: "https://jsonfeed.org/version/1.1", Title: p.Account.Name, Home: publicBase, Feed: address, Language: "zh-CN", Items: items}
	if p.Next != "" {
		feed.Next = address + "?before=" + p.Next
	}
	feed.Gov.Retracted = []gone{}
	for _, t := range p.Retracted {
		feed.Gov.Retracted = append(feed.Gov.Retracted, gone{t.ID, instant(t.At)})
	}
	return encode(feed)
}

type atomLink struct {
	Rel  string `xml:"rel,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID        string   `xml:"id"`
	Title     string   `xml:"title"`
	Link      atomLink `xml:"link"`
	Published string   `xml:"published"`
	Updated   string   `xml:"updated"`
	Author    string   `xml:"author>name"`
	Summary   string   `xml:"summary,omitempty"`
	Content   *struct {
		Type string `xml:"type,attr"`
		Text string `xml:",chardata"`
	} `xml:"content"`
}

// atomGone is a deleted-entry of RFC 6721.
type atomGone struct {
	XMLName xml.Name `xml:"at:deleted-entry"`
	Ref     string   `xml:"ref,attr"`
	When    string   `xml:"when,attr"`
}

// atomID is an article's id as Atom wants it: an address of no place.
func atomID(id string) string { return "urn:govmedia:article:" + id }

// Atom writes the feed as Atom, with a deleted-entry (RFC 6721) for what was taken back.
func (p Pull) Atom(ctx context.Context, read Reader, publicBase, address string) ([]byte, error) {
	items, err := p.items(ctx, read, publicBase)
	if err != nil {
		return nil, err
	}
	feed := struct {
		XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
		At      string      `xml:"xmlns:at,attr"`
		ID      string      `xml:"id"`
		Title   string      `xml:"title"`
		Updated string      `xml:"updated"`
		Links   []atomLink  `xml:"link"`
		Author  string      `xml:"author>name"`
		Entries []atomEntry `xml:"entry"`
		Gone    []atomGone
	}{At: "http://purl.org/atompub/tombstones/1.0", ID: "urn:govmedia:account:" + p.Account.ID, Title: p.Account.Name, Updated: instant(p.Changed),
		Links: []atomLink{{"self", address}, {"alternate", publicBase}}, Author: p.Account.UnitName}
	if p.Next != "" {
		feed.Links = append(feed.Links, atomLink{"next", address + "?before=" + p.Next})
	}
	for _, it := range items {
		entry := atomEntry{ID: atomID(it.ID), Title: it.Title, Link: atomLink{Href: it.URL}, Published: it.DatePublished, Updated: it.DateModified,
			Author: it.Gov.Unit, Summary: it.Summary}
		if it.ContentHTML != "" {
			entry.Content = &struct {
				Type string `xml:"type,attr"`
				Text string `xml:",chardata"`
			}{"html", it.ContentHTML}
		}
		feed.Entries = append(feed.Entries, entry)
	}
	for _, t := range p.Retracted {
		feed.Gone = append(feed.Gone, atomGone{Ref: atomID(t.ID), When: instant(t.At)})
	}
	var body bytes.Buffer
	body.WriteString(xml.Header)
	if err := xml.NewEncoder(&body).Encode(feed); err != nil {
		return nil, fmt.Errorf("app: encode the feed: %w", err)
	}
	return body.Bytes(), nil
}
