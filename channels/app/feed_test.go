package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/channels/app"
	"govmedia/channels/sandbox"
	"govmedia/sql"
)

// page is what the stand-in app shows under an address of its own.
func (w *world) page(t *testing.T, path string) string {
	t.Helper()
	resp, err := http.Get(w.base + path)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s = %d, %v", path, resp.StatusCode, err)
	}
	return string(body)
}

func pullOf(job *channels.Job) (app.Pull, app.Reader) {
	pull := app.Pull{Account: job.Account, Entries: []app.Entry{{ID: job.Delivery.ID, PublishedAt: 1795300000000}}, Next: "1795300000000.0123456789abcdef",
		Retracted: []app.Tombstone{{ID: "o9", At: 1795300300000}}, Changed: 1795300300000}
	return pull, func(context.Context, string) (channels.Message, channels.Delivery, error) {
		return job.Message, job.Delivery, nil
	}
}

func TestFeedsAreReadBackByALibrary(t *testing.T) {
	job := newJob("https://app.example.gov.cn/hook")
	job.Message.Title = `通知 <"&'>`
	pull, read := pullOf(job)
	const address = "https://m.example.gov.cn/feeds/app/a1.json"
	asJSON, err := pull.JSON(t.Context(), read, "https://m.example.gov.cn", address)
	if err != nil {
		t.Fatal(err)
	}
	asAtom, err := pull.Atom(t.Context(), read, "https://m.example.gov.cn", address)
	if err != nil {
		t.Fatal(err)
	}
	for kind, body := range map[string][]byte{"json": asJSON, "atom": asAtom} {
		feed, err := gofeed.NewParser().Parse(bytes.NewReader(body))
		if err != nil {
			t.Fatalf("%s: %v\n%s", kind, err, body)
		}
		if feed.FeedType != kind || len(feed.Items) != 1 || feed.Title != "爱潼南" {
			t.Fatalf("%s = %+v", kind, feed)
		}
		it := feed.Items[0]
		if it.Title != `通知 <"&'>` || it.Link != origin || !strings.Contains(it.Content, "甲 &lt;乙&gt;") || !strings.Contains(it.Content, origin+"/"+insideID) ||
			it.PublishedParsed == nil || !it.PublishedParsed.Equal(time.UnixMilli(1795300000000)) {
			t.Errorf("%s item = %+v", kind, it)
		}
	}
	var whole struct {
		Next string `json:"next_url"`
		Gov  struct {
			Retracted []struct{ ID, At string } `json:"retracted"`
		} `json:"_gov"`
	}
	if err := json.Unmarshal(asJSON, &whole); err != nil || len(whole.Gov.Retracted) != 1 || whole.Gov.Retracted[0].ID != "o9" ||
		whole.Gov.Retracted[0].At != "2026-11-22T06:31:40+08:00" || whole.Next != address+"?before=1795300000000.0123456789abcdef" {
		t.Errorf("feed = %+v, %v, want the tombstone and the next page", whole, err)
	}
	if !bytes.Contains(asAtom, []byte(`<at:deleted-entry ref="urn:govmedia:article:o9" when="2026-11-22T06:31:40+08:00">`)) ||
		!bytes.Contains(asAtom, []byte(`xmlns:at="http://purl.org/atompub/tombstones/1.0"`)) {
		t.Errorf("atom lacks the deleted entry:\n%s", asAtom)
	}
}

func TestATagChangesWithWhatTheFeedHolds(t *testing.T) {
	pull, _ := pullOf(newJob(""))
	tags := map[string]bool{pull.Tag("json"): true, pull.Tag("atom"): true}
	pull.Entries[0].CorrectedAt = 1795300400000
	tags[pull.Tag("json")] = true
	pull.Retracted = nil
	tags[pull.Tag("json")] = true
	again := pull.Tag("json")
	if len(tags) != 4 || !tags[again] {
		t.Errorf("tags = %v, and again %s; want four, and the last of them again", tags, again)
	}
}

func TestWhoMayReadAFeed(t *testing.T) {
	account := accounts.Account{Settings: sql.Object{"feed_networks": "10.1.0.0/16，192.0.2.7/32"}}
	credentials := accounts.Credentials{"feed_token": "geheim"}
	for _, c := range []struct {
		authorization, address string
		want                   bool
	}{
		{"Bearer geheim", "203.0.113.1", true}, {"Bearer falsch", "203.0.113.1", false}, {"geheim", "203.0.113.1", false}, {"", "10.1.2.3", true},
		{"", "::ffff:10.1.2.3", true}, {"", "192.0.2.7", true}, {"", "192.0.2.8", false}, {"", "nonsense", false},
	} {
		if got := app.MayPull(account, credentials, c.authorization, c.address); got != c.want {
			t.Errorf("MayPull(%q, %s) = %v, want %v", c.authorization, c.address, got, c.want)
		}
	}
	if app.MayPull(accounts.Account{}, nil, "Bearer ", "10.1.2.3") {
		t.Error("an account without a token is open to an empty one")
	}
}

// A change of secrets from end to end: at no step is a message refused, and the official library verifies each.
func TestRotationFromEndToEnd(t *testing.T) {
	w := newWorld(t, sandbox.AppBackend{})
	credentials, known := accounts.Credentials{"secret": secret}, secret
	step := func(revision string) {
		t.Helper()
		job := newJob(w.base + "/hook")
		job.Message.RevisionID, job.Message.OriginID, job.Credentials = revision, "o"+revision, credentials
		prepare(t, w.channel, job)
		if progress, err := w.channel.Submit(t.Context(), job); err != nil || progress.Stage != channels.Published {
			t.Errorf("%s: Submit = %+v, %v", revision, progress, err)
		}
		header := http.Header{}
		if err := app.Sign(header, "msg_"+revision, time.Now(), []byte("{}"), credentials["secret"], credentials["previous_secret"]); err != nil {
			t.Fatal(err)
		}
		official, err := standardwebhooks.NewWebhook(known)
		if err == nil {
			err = official.Verify([]byte("{}"), header)
		}
		if err != nil {
			t.Errorf("%s: the official library refuses it: %v", revision, err)
		}
	}
	step("before")
	credentials = app.Rotate(credentials)
	if credentials["previous_secret"] != secret || credentials["secret"] == secret || app.CheckSecret(credentials["secret"]) != nil {
		t.Fatalf("Rotate kept %d secrets", len(credentials))
	}
	step("the receiver knows the old one")
	again := app.Rotate(credentials)
	if again["previous_secret"] != secret || again["secret"] == credentials["secret"] || again["callback_secret"] != credentials["callback_secret"] {
		t.Error("a change begun anew lost the secret that the receiver knows")
	}
	credentials = again
	step("still")
	known = credentials["secret"]
	w.AddApp(sandbox.AppBackend{Name: "city", Secrets: []string{known}})
	step("the receiver knows the new one")
	if credentials = app.Settle(credentials); credentials["previous_secret"] != "" {
		t.Error("Settle kept the old secret")
	}
	step("after")
	if refused := w.Report().Apps["city"].Refused; refused != 0 {
		t.Errorf("%d messages were refused", refused)
	}
	if first := app.Rotate(nil); first["previous_secret"] != "" || first["secret"] == "" || first["feed_token"] == "" {
		t.Error("the first secret of an account is not alone")
	}
}
