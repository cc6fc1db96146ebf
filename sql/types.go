package sql

import (
	"bytes"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"
)

// Beijing is the zone of every rule and every screen (K01). A fixed offset, because China keeps no summer time and a
// server may lack zone files.
var Beijing = time.FixedZone("Asia/Shanghai", 8*60*60)

// Time is an instant in milliseconds since 1970 UTC, the same number in SQL, in JSON and in the browser.
type Time int64

// FromStd returns the instant of t, cut to milliseconds.
func FromStd(t time.Time) Time { return Time(t.UnixMilli()) }

// Std returns the instant in Beijing time.
func (t Time) Std() time.Time { return time.UnixMilli(int64(t)).In(Beijing) }

// Add returns the instant d later.
func (t Time) Add(d time.Duration) Time { return t + Time(d.Milliseconds()) }

// Sub returns the time from u to t.
func (t Time) Sub(u Time) time.Duration { return time.Duration(t-u) * time.Millisecond }

// String returns the instant to the second in Beijing time.
func (t Time) String() string { return t.Std().Format("2006-01-02 15:04:05") }

// Ptr returns a pointer to a copy, for columns that may be NULL.
func (t Time) Ptr() *Time { return &t }

// Strings is a list of strings kept whole as JSON in one column.
type Strings []string

// Value implements driver.Valuer.
func (s Strings) Value() (driver.Value, error) {
	if s == nil {
		return "[]", nil
	}
	return encode([]string(s))
}

// Scan implements sql.Scanner.
func (s *Strings) Scan(value any) error { return decode(value, (*[]string)(s)) }

// Object is a JSON object kept whole in one column. Nothing queries inside it; what is queried has a column.
type Object map[string]any

// Value implements driver.Valuer.
func (o Object) Value() (driver.Value, error) {
	if o == nil {
		return "{}", nil
	}
	return encode(map[string]any(o))
}

// Scan implements sql.Scanner. Numbers come back as json.Number, so that ids keep every digit.
func (o *Object) Scan(value any) error { return decode(value, (*map[string]any)(o)) }

// EncodeJSON is for Value methods of types that are kept whole in one column.
func EncodeJSON(v any) (driver.Value, error) { return encode(v) }

// DecodeJSON is for Scan methods of such types. NULL and the empty text leave dest as it is.
func DecodeJSON(value, dest any) error { return decode(value, dest) }

func encode(v any) (driver.Value, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("sql: encode a JSON column: %w", err)
	}
	return strings.TrimSuffix(buf.String(), "\n"), nil
}

func decode(value, dest any) error {
	var raw []byte
	switch v := value.(type) {
	case nil:
		return nil
	case []byte:
		raw = v
	case string:
		raw = []byte(v)
	default:
		return fmt.Errorf("sql: a JSON column came as %T", value)
	}
	if len(raw) == 0 {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if err := dec.Decode(dest); err != nil {
		return fmt.Errorf("sql: decode a JSON column: %w", err)
	}
	return nil
}

// snakeCase turns a Go field name into its column: UnitID → unit_id, LastPostAt → last_post_at, SHA256 → sha256.
func snakeCase(name string) string {
	runes := []rune(name)
	var out strings.Builder
	for i, r := range runes {
		if unicode.IsUpper(r) && i > 0 {
			afterLower := !unicode.IsUpper(runes[i-1]) && !unicode.IsDigit(runes[i-1])
			beforeLower := i+1 < len(runes) && unicode.IsLower(runes[i+1]) && unicode.IsUpper(runes[i-1])
			if afterLower || beforeLower {
				out.WriteByte('_')
			}
		}
		out.WriteRune(unicode.ToLower(r))
	}
	return out.String()
}
