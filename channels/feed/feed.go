// Package feed reads feeds from outside: RSS, Atom and JSON Feed. The library gofeed takes them apart; their dates are read
// again from what is written, for it takes a time without a zone for UTC and CST for America's. It is a leaf: it is handed
// bytes and fetches nothing. What it is handed is hostile until shown otherwise.
package feed

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/url"
	"strings"

	"github.com/mmcdole/gofeed"
	"golang.org/x/net/html/charset"

	"govmedia/channels/dates"
)

// The bounds of a feed.
const (
	mostItems = 500
	mostDepth = 100     // nested elements
	mostWords = 1 << 18 // characters of an item that are looked through for addresses
)

// ErrNoFeed is something that is no feed, or a broken one.
var ErrNoFeed = errors.New("feed: neither RSS nor Atom nor JSON Feed, or broken")

// Feed is a feed as it was read.
type Feed struct {
	Title   string
	Items   []Item    // as the feed has them
	Removed []Removal // items that the feed says were taken down
}

// Item is one publication in a feed.
type Item struct {
	Key   string // guid, else the link, else a hash of title and day: what tells it from the others
	GUID  string // as the feed has it; empty when there is none
	Title string
	URL   string        // whole; empty when it has none
	Shown string        // the date as it is written; empty when there is none
	At    dates.Instant // where OK
	OK    bool          // Shown is a date
	Hash  string        // of title, text and the date of its last change
	Words string        // everything in which an address of ours may stand
}

// Removal is a tombstone.
type Removal struct {
	Key string
	At  dates.Instant
	OK  bool
}

// Parse reads a feed of an address. Entities of a document type are not expanded. Error: ErrNoFeed.
func Parse(body []byte, contentType, address string) (feed Feed, err error) {
	defer func() {
		if cause := recover(); cause != nil { // a library's mistake about one feed must not end the reading of the others
			feed, err = Feed{}, fmt.Errorf("%w: %v", ErrNoFeed, cause)
		}
	}()
	body = decoded(body, contentType)
	if bytes.Contains(body[:min(len(body), 8<<10)], []byte("<!ENTITY")) {
		return Feed{}, fmt.Errorf("%w: it declares entities, as no feed needs to", ErrNoFeed)
	}
	if tooDeep(body) {
		return Feed{}, fmt.Errorf("%w: nested too deep", ErrNoFeed)
	}
	parsed, err := gofeed.NewParser().Parse(bytes.NewReader(body))
	if err != nil {
		return Feed{}, fmt.Errorf("%w: %w", ErrNoFeed, err)
	}
	base, err := url.Parse(address)
	if err != nil {
		return Feed{}, fmt.Errorf("%w: %w", ErrNoFeed, err)
	}
	feed = Feed{Title: squeeze(parsed.Title)}
	if parsed.FeedType == "json" {
		feed.Removed = retracted(body)
	}
	feed.Removed = append(feed.Removed, tombstones(parsed)...)
	for _, item := range parsed.Items[:min(len(parsed.Items), mostItems)] {
		if item != nil {
			feed.Items = append(feed.Items, read(item, base))
		}
	}
	return feed, nil
}

// decoded makes UTF-8 of a feed whose own declaration names no encoding: by the header, else GBK where it is none.
func decoded(body []byte, contentType string) []byte {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	if bytes.Contains(body[:min(len(body), 200)], []byte("encoding=")) || len(bytes.ToValidUTF8(body, nil)) == len(body) {
		return body
	}
	label := "gb18030"
	if _, params, err := mime.ParseMediaType(contentType); err == nil && params["charset"] != "" && !strings.EqualFold(params["charset"], "utf-8") {
		label = params["charset"]
	}
	encoding, _ := charset.Lookup(label)
	if encoding == nil {
		return body
	}
	text, err := encoding.NewDecoder().Bytes(body)
	if err != nil {
		return body
	}
	return text
}

// tooDeep counts how deep the elements of a text nest, without reading it: CDATA, comments and declarations are skipped.
func tooDeep(body []byte) bool {
	depth := 0
	for i := bytes.IndexByte(body, '<'); i >= 0; {
		rest := body[i:]
		var end string
		switch {
		case bytes.HasPrefix(rest, []byte("<![CDATA[")):
			end = "]]>"
		case bytes.HasPrefix(rest, []byte("<!--")):
			end = "-->"
		case bytes.HasPrefix(rest, []byte("<?")):
			end = "?>"
		default:
			end = ">"
		}
		to := bytes.Index(rest, []byte(end))
		if to < 0 {
			return false // broken: the parser says so
		}
		if end == ">" && len(rest) > 1 && rest[1] != '!' {
			switch {
			case rest[1] == '/':
				depth--
			case rest[to-1] != '/':
				depth++
			}
			if depth > mostDepth {
				return true
			}
		}
		next := bytes.IndexByte(rest[to:], '<')
		if next < 0 {
			return false
		}
		i += to + next
	}
	return false
}

func read(raw *gofeed.Item, base *url.URL) Item {
	item := Item{GUID: strings.TrimSpace(raw.GUID), Title: squeeze(raw.Title), URL: whole(base, raw.Link)}
	if item.Title == "" {
		item.Title = cut(squeeze(raw.Description), 60)
	}
	for _, shown := range []string{raw.Published, dublin(raw), raw.Updated} {
		if shown = squeeze(shown); shown == "" {
			continue
		}
		item.Shown = cut(shown, 200)
		if item.At, item.OK = dates.Read(shown); item.OK {
			break
		}
	}
	item.Hash = hash(raw.Title, raw.Description, raw.Content, raw.Updated)
	item.Words = cut(strings.Join(append(raw.Links, raw.Link, raw.GUID, raw.Content, raw.Description), "\n"), mostWords)
	switch {
	case item.GUID != "":
		item.Key = item.GUID
	case item.URL != "":
		item.Key = item.URL
	default:
		item.Key = hash(item.Title, item.At.Time.In(dates.Beijing).Format("2006-01-02"))
	}
	return item
}

func dublin(raw *gofeed.Item) string {
	if raw.DublinCoreExt == nil || len(raw.DublinCoreExt.Date) == 0 {
		return ""
	}
	return raw.DublinCoreExt.Date[0]
}

// whole makes an address whole; empty when it is none that a reader could open.
func whole(base *url.URL, link string) string {
	u, err := base.Parse(strings.TrimSpace(link))
	if err != nil || strings.TrimSpace(link) == "" || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	return u.String()
}

// tombstones reads at:deleted-entry (RFC 6721).
func tombstones(parsed *gofeed.Feed) []Removal {
	var list []Removal
	for _, names := range parsed.Extensions {
		for _, entry := range names["deleted-entry"] {
			at, ok := dates.Read(entry.Attrs["when"])
			if ref := strings.TrimSpace(entry.Attrs["ref"]); ref != "" {
				list = append(list, Removal{Key: ref, At: at, OK: ok})
			}
		}
	}
	return list
}

// retracted reads the tombstones that we write into JSON Feeds ourselves, and offer to others.
func retracted(body []byte) []Removal {
	var raw struct {
		Gov struct {
			Retracted []struct {
				ID any    `json:"id"`
				At string `json:"at"`
			} `json:"retracted"`
		} `json:"_gov"`
	}
	if json.Unmarshal(body, &raw) != nil { // gofeed took it: an extension is of another shape than ours
		return nil
	}
	var list []Removal
	for _, gone := range raw.Gov.Retracted {
		if gone.ID != nil {
			at, ok := dates.Read(gone.At)
			list = append(list, Removal{Key: fmt.Sprint(gone.ID), At: at, OK: ok})
		}
	}
	return list
}

func hash(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:8])
}

func squeeze(text string) string { return strings.Join(strings.Fields(text), " ") }

func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	runes := []rune(text)
	return string(runes[:min(len(runes), most)])
}
