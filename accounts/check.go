package accounts

import (
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"govmedia/sql"
)

// The longest texts, in characters: what the columns of the tables hold.
const (
	maxName     = 120
	maxExternal = 120
	maxHomeURL  = 500
	maxTitle    = 200
	maxPostURL  = 1000
	maxReason   = 500
	maxSettings = 16 << 10 // bytes of JSON
)

// earliest is a day before any government had a website: an instant before it is a mistake of unit or of typing.
var earliest = sql.FromStd(time.Date(1995, time.January, 1, 0, 0, 0, 0, sql.Beijing))

// kindsOf lists which kinds live on which platform.
var kindsOf = map[Platform][]Kind{
	WeChat:       {KindWeChatSubscription, KindWeChatService},
	Weibo:        {KindWeibo},
	App:          {KindApp},
	VideoAccount: {KindVideoAccount},
	Douyin:       {KindDouyin},
	Kuaishou:     {KindKuaishou},
	Toutiao:      {KindToutiao},
	Website:      {KindWebsite, KindSubsite},
	Other:        {KindOther},
}

// checkAccount says what stands against keeping an account so; nil when nothing does.
func checkAccount(a Account) error {
	kinds, known := kindsOf[a.Platform]
	switch {
	case !isLine(a.Name, maxName):
		return ErrNameInvalid.On("name")
	case !known:
		return ErrPlatformUnknown.On("platform")
	case !slices.Contains(kinds, a.Kind):
		return ErrKindUnfit.On("kind")
	case a.Mode != Auto && a.Mode != Manual:
		return ErrModeUnknown.On("mode")
	case a.HomeURL != "" && !isWebURL(a.HomeURL, maxHomeURL):
		return ErrURLInvalid.On("home_url")
	case a.ExternalID != nil && (!isLine(*a.ExternalID, maxExternal) || strings.ContainsFunc(*a.ExternalID, unicode.IsSpace)):
		return ErrExternalInvalid.On("external_id")
	}
	return checkSettings(a.Settings)
}

// secretWords mark a setting that belongs among the credentials, where it is sealed.
var secretWords = []string{"secret", "password", "passwd", "token", "aes_key", "private_key"}

func checkSettings(settings sql.Object) error {
	for name := range settings {
		if slices.ContainsFunc(secretWords, func(word string) bool { return strings.Contains(strings.ToLower(name), word) }) {
			return ErrSettingsSecret.On("settings")
		}
	}
	encoded, err := settings.Value()
	if err != nil {
		return ErrSettingsInvalid.On("settings").Because(err)
	}
	if text, _ := encoded.(string); len(text) > maxSettings || !utf8.ValidString(text) {
		return ErrSettingsInvalid.On("settings")
	}
	return nil
}

// isLine reports whether s is one line of at most so many characters, not empty and without control characters.
func isLine(s string, most int) bool {
	return s != "" && utf8.ValidString(s) && utf8.RuneCountInString(s) <= most && !strings.ContainsFunc(s, unicode.IsControl)
}

// isWebURL reports whether s is an address a reader's browser may be sent to.
func isWebURL(s string, most int) bool {
	if !isLine(s, most) || strings.ContainsFunc(s, unicode.IsSpace) {
		return false
	}
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil
}

// cut shortens s to so many characters and replaces what the database would refuse.
func cut(s string, most int) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\uFFFD")
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most])
	}
	return s
}

// like turns a piece of text into a LIKE pattern that finds it anywhere; the empty text stays empty.
func like(part string) string {
	part = cut(strings.TrimSpace(part), maxName)
	if part == "" {
		return ""
	}
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(part) + "%"
}
