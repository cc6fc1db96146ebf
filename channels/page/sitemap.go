package page

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"

	"golang.org/x/net/html/charset"

	"govmedia/channels/dates"
)

// Place is one address of a sitemap.
type Place struct {
	URL   string
	Dated Dated // lastmod, a hint only; By is empty when there is none
}

// Sitemap is a sitemap, or an index of sitemaps.
type Sitemap struct {
	Places []Place  // the latest lastmod first
	Maps   []string // of an index: addresses of sitemaps, the latest first
}

// The bounds of a sitemap (sitemaps.org: 50,000 addresses).
const (
	mostPlaces  = 50_000
	mostSitemap = 50 << 20 // bytes, unpacked
)

// ErrNoSitemap is something that is no sitemap, or more than one may be.
var ErrNoSitemap = errors.New("page: no sitemap")

// ParseSitemap reads a sitemap or an index, packed with gzip or not. Entities of a document type are never expanded.
// Error: ErrNoSitemap.
func ParseSitemap(body []byte) (Sitemap, error) {
	if bytes.HasPrefix(body, []byte{0x1f, 0x8b}) {
		packed, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return Sitemap{}, errors.Join(ErrNoSitemap, err)
		}
		if body, err = io.ReadAll(io.LimitReader(packed, mostSitemap+1)); err != nil || len(body) > mostSitemap {
			return Sitemap{}, errors.Join(ErrNoSitemap, err)
		}
	}
	decoder := xml.NewDecoder(bytes.NewReader(body))
	decoder.CharsetReader = charset.NewReaderLabel
	decoder.Strict = false // entities that nobody declared stay as they are
	var found Sitemap
	var maps []Place
	known := false
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Sitemap{}, errors.Join(ErrNoSitemap, err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		name := strings.ToLower(start.Name.Local)
		switch {
		case name == "urlset" || name == "sitemapindex":
			known = true
		case known && (name == "url" || name == "sitemap"):
			place, err := readPlace(decoder, start)
			if err != nil {
				return Sitemap{}, errors.Join(ErrNoSitemap, err)
			}
			if name == "url" {
				found.Places = append(found.Places, place)
			} else {
				maps = append(maps, place)
			}
			if len(found.Places)+len(maps) > mostPlaces {
				return Sitemap{}, ErrNoSitemap
			}
		case !known:
			return Sitemap{}, ErrNoSitemap // the first element is another one: a page, a feed
		}
	}
	if !known {
		return Sitemap{}, ErrNoSitemap
	}
	latestFirst(found.Places)
	latestFirst(maps)
	for _, place := range maps {
		found.Maps = append(found.Maps, place.URL)
	}
	return found, nil
}

func readPlace(decoder *xml.Decoder, start xml.StartElement) (Place, error) {
	var raw struct {
		Loc     string `xml:"loc"`
		LastMod string `xml:"lastmod"`
	}
	if err := decoder.DecodeElement(&raw, &start); err != nil {
		return Place{}, err
	}
	place := Place{URL: strings.TrimSpace(raw.Loc)}
	if shown := strings.TrimSpace(raw.LastMod); shown != "" {
		at, ok := dates.Read(shown)
		place.Dated = Dated{By: BySitemap, Shown: cut(shown, 100), At: at, OK: ok}
	}
	return place, nil
}

func latestFirst(places []Place) {
	slices.SortStableFunc(places, func(a, b Place) int { return cmp.Compare(b.Dated.At.Time.Unix(), a.Dated.At.Time.Unix()) })
}
