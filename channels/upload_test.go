package channels_test

import (
	"testing"
	"time"

	"govmedia/channels"
	"govmedia/sql"
	"govmedia/sql/sqltest"
)

func TestUploadsAreKeptByAccountPurposeAndBytes(t *testing.T) {
	sqltest.Each(t, func(t *testing.T, db *sql.DB) {
		clock := newTestClock()
		db = db.WithClock(clock.Now)
		ctx := t.Context()
		find := func(account, purpose, sha string) (channels.Upload, bool) {
			t.Helper()
			upload, found, err := channels.FindUpload(ctx, db, account, purpose, sha)
			if err != nil {
				t.Fatalf("FindUpload: %v", err)
			}
			return upload, found
		}
		keep := func(upload channels.Upload) {
			t.Helper()
			if err := channels.KeepUpload(ctx, db, "acc", channels.ForCover, "aa", upload); err != nil {
				t.Fatalf("KeepUpload: %v", err)
			}
		}
		keep(channels.Upload{ExternalID: "m1", URL: "https://x/1"})
		if got, found := find("acc", channels.ForCover, "aa"); !found || got.ExternalID != "m1" || got.URL != "https://x/1" || got.CreatedAt != db.Now() {
			t.Errorf("FindUpload = %+v, %v, want m1", got, found)
		}
		for _, other := range [][3]string{{"acc", channels.ForContent, "aa"}, {"acc", channels.ForCover, "bb"}, {"acd", channels.ForCover, "aa"}} {
			if got, found := find(other[0], other[1], other[2]); found {
				t.Errorf("FindUpload(%v) = %+v, want none", other, got)
			}
		}
		clock.Advance(time.Minute)
		keep(channels.Upload{ExternalID: "m2"})
		if got, _ := find("acc", channels.ForCover, "aa"); got.ExternalID != "m2" || got.URL != "" || got.CreatedAt != db.Now() {
			t.Errorf("after a second upload FindUpload = %+v, want m2", got)
		}
		forget := func(id string) {
			t.Helper()
			if err := channels.ForgetUpload(ctx, db, "acc", channels.ForCover, "aa", channels.Upload{ExternalID: id}); err != nil {
				t.Fatalf("ForgetUpload: %v", err)
			}
		}
		forget("m1") // replaced already: a late refusal must not lose the new one
		if _, found := find("acc", channels.ForCover, "aa"); !found {
			t.Error("forgetting m1 lost m2")
		}
		forget("m2")
		if _, found := find("acc", channels.ForCover, "aa"); found {
			t.Error("m2 is still there after ForgetUpload")
		}
	})
}
