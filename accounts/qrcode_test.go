package accounts_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"image/png"
	"strings"
	"testing"

	"govmedia/accounts"
)

// modules reads a QR code back from its picture, a true for each black module, and checks that it is square with its quiet zone.
func modules(t *testing.T, picture []byte) [][]bool {
	t.Helper()
	const dots, quiet = 6, 4
	shown, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatalf("the QR code is no PNG: %v", err)
	}
	side := shown.Bounds().Dx()/dots - 2*quiet
	if shown.Bounds().Dx() != shown.Bounds().Dy() || side < 21 || (side-21)%4 != 0 {
		t.Fatalf("the QR code measures %v", shown.Bounds())
	}
	black := func(x, y int) bool {
		r, _, _, _ := shown.At(x, y).RGBA()
		return r == 0
	}
	read := make([][]bool, side)
	for i := range shown.Bounds().Dx() {
		for margin := range quiet * dots {
			if black(i, margin) || black(margin, i) {
				t.Fatalf("the quiet zone is marked at %d", i)
			}
		}
	}
	for y := range read {
		read[y] = make([]bool, side)
		for x := range read[y] {
			read[y][x] = black((x+quiet)*dots+dots/2, (y+quiet)*dots+dots/2)
		}
	}
	return read
}

// A code has its three finders and the line of alternating modules between them; another address is another code.
func TestAHomePageIsDrawnAsAQRCode(t *testing.T) {
	seen := map[string]string{}
	for _, address := range []string{"https://weibo.com/u/1234567890", "http://www.example.gov.cn/", "https://www.example.gov.cn/政务公开?q=一&b=2", "https://a.cn/" + strings.Repeat("长", 700)} {
		picture, err := accounts.HomeQR(address)
		if err != nil || !accounts.HasHomeQR(address) {
			t.Fatalf("HomeQR(%s): %v", address, err)
		}
		if other, twice := seen[string(picture)]; twice {
			t.Errorf("%s and %s are drawn alike", address, other)
		}
		seen[string(picture)] = address
		code := modules(t, picture)
		last := len(code) - 1
		for i := range 7 {
			if !code[0][i] || !code[i][0] || !code[0][last-i] || !code[last][i] || !code[last-i][0] {
				t.Errorf("a finder of %s is broken at %d", address, i)
			}
		}
		for i := 8; i < last-7; i++ {
			if code[6][i] != (i%2 == 0) || code[i][6] != (i%2 == 0) {
				t.Errorf("the timing pattern of %s is broken at %d", address, i)
			}
		}
	}
	for _, address := range []string{"", "javascript:alert(1)", "weixin://profile", "/relative", "https://", "https://%zz", "https://a.cn/" + strings.Repeat("a", 3000)} {
		if picture, err := accounts.HomeQR(address); !errors.Is(err, accounts.ErrEntryNotFound) || picture != nil || accounts.HasHomeQR(address) {
			t.Errorf("HomeQR(%q) = %d bytes, %v", address, len(picture), err)
		}
	}
}

// The code of the home page stands on the card until somebody uploads the platform's own.
func TestTheCardShowsTheHomePagesCodeUntilOneIsUploaded(t *testing.T) {
	each(t, func(w *world) {
		account := w.account(accounts.KindWeibo, "清源镇发布", "2026-01-05 09:00")
		card := func() accounts.RecordCard {
			t.Helper()
			card, err := accounts.RecordCardOf(t.Context(), w.db, w.book, w.People["officer"], account.ID)
			must(t, "RecordCardOf", err)
			return card
		}
		save := func(version int64, values map[string]string) accounts.Record {
			t.Helper()
			record, err := accounts.SaveRecord(t.Context(), w.db, w.book, w.People["admin"], account.ID, version, values)
			must(t, "SaveRecord", err)
			return record
		}
		record := save(account.Version, map[string]string{"home_url": ""})
		if got := card().HomeQR; got != "" {
			t.Errorf("without a home page the card shows %.60s", got)
		}
		record = save(record.Version, map[string]string{"home_url": "https://weibo.com/u/1234567890"})
		data, isPicture := strings.CutPrefix(card().HomeQR, "data:image/png;base64,")
		picture, err := base64.StdEncoding.DecodeString(data)
		if drawn, _ := accounts.HomeQR("https://weibo.com/u/1234567890"); !isPicture || err != nil || !bytes.Equal(picture, drawn) {
			t.Errorf("the card shows %.60s, %v", card().HomeQR, err)
		}
		save(record.Version, map[string]string{"qr_id": w.scan(w.Town.ID)})
		if got := card(); got.HomeQR != "" || len(got.Files) != 1 {
			t.Errorf("with an uploaded code the card shows %.60s and %d files", got.HomeQR, len(got.Files))
		}
	})
}
