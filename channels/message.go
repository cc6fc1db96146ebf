package channels

import (
	"database/sql/driver"
	"html"
	"regexp"

	"govmedia/sql"
)

// Picture is one picture of a message, the cover among them. Its bytes are named by their hash, so what was signed is
// what is sent.
type Picture struct {
	ID     string `json:"id"` // body refers to it as <img src="/media/{id}">
	SHA256 string `json:"sha256"`
	MIME   string `json:"mime"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
	Size   int64  `json:"size"`
	Name   string `json:"name"`
}

// Pictures is the list of a message's pictures, kept whole in one column.
type Pictures []Picture

// Value implements driver.Valuer.
func (p Pictures) Value() (driver.Value, error) {
	if p == nil {
		p = Pictures{}
	}
	return sql.EncodeJSON([]Picture(p))
}

// Scan implements sql.Scanner.
func (p *Pictures) Scan(value any) error { return sql.DecodeJSON(value, (*[]Picture)(p)) }

// ByID returns the picture with an id; false when the message has none such.
func (p Pictures) ByID(id string) (Picture, bool) {
	for _, picture := range p {
		if picture.ID == id {
			return picture, true
		}
	}
	return Picture{}, false
}

// Message is a signed text, frozen: what goes to every channel, byte for byte.
type Message struct {
	ID         string   `json:"id"`
	OriginID   string   `json:"origin_id"`
	RevisionID string   `json:"revision_id"`
	UnitID     string   `json:"unit_id"`
	Title      string   `json:"title"`
	Digest     string   `json:"digest"`
	Byline     string   `json:"byline"`
	Source     string   `json:"source"`
	Body       string   `json:"body"`     // cleaned HTML; pictures are <img src="/media/{id}">
	CoverID    string   `json:"cover_id"` // empty when there is no cover
	Pictures   Pictures `json:"pictures"`
	SHA256     string   `json:"sha256"`
	CreatedAt  sql.Time `json:"created_at"`
}

// mediaSource finds the address of a picture of ours in a cleaned body.
var mediaSource = regexp.MustCompile(`src="/media/([0-9a-z]{16})"`)

// WithPictures returns a cleaned body with the address of each of its pictures replaced.
func WithPictures(body string, address func(id string) string) string {
	return mediaSource.ReplaceAllStringFunc(body, func(match string) string {
		return `src="` + html.EscapeString(address(mediaSource.FindStringSubmatch(match)[1])) + `"`
	})
}
