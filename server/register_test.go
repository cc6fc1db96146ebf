package main

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"govmedia/accounts"
)

// png is a picture of one pixel.
var png = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82")

// aWeibo registers an account of somebody's unit.
func aWeibo(admin *browser, unitID, name, uid string) accounts.Account {
	var account accounts.Account
	admin.do(http.MethodPost, "/api/accounts", map[string]any{"unit_id": unitID, "platform": "weibo", "kind": "weibo", "name": name, "external_id": uid,
		"mode": "manual", "state": "in_use"}, http.StatusOK, &account)
	return account
}

func TestARecordIsWrittenThroughTheAPI(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		officer, admin, stranger := town.signIn("xinxi"), town.signIn("guanli"), town.signIn("wenlv")
		account := aWeibo(admin, unitOf(officer), "清源微发布", "7000000001")
		path := "/api/accounts/" + account.ID

		var described register
		officer.do(http.MethodGet, "/api/register", nil, http.StatusOK, &described)
		if len(described.Fields) < 40 || described.Fields[0].Name != "name" || len(described.Checks) < 10 {
			t.Errorf("the register describes %d fields and %d checks", len(described.Fields), len(described.Checks))
		}
		form := map[string]any{"version": account.Version, "values": map[string]string{"certified": "是", "certified_until": "2026年12月20日", "head": "张某 13800000001",
			"followers": "1.2万"}}
		officer.refuse(http.MethodPut, path+"/record", form, http.StatusForbidden, "auth.forbidden")
		stranger.refuse(http.MethodGet, path+"/record", nil, http.StatusNotFound, "account.not_found")
		stranger.refuse(http.MethodGet, path+"/history", nil, http.StatusNotFound, "account.not_found")
		var card accounts.RecordCard
		admin.do(http.MethodPut, path+"/record", form, http.StatusOK, &card)
		if card.Values["certified_until"] != "2026-12-20" || card.Values["followers"] != "12000" || card.Record.Contacts[0].Phone != "13800000001" || !card.Editable {
			t.Errorf("the record: %v, %+v", card.Values, card.Record.Contacts)
		}
		admin.refuse(http.MethodPut, path+"/record", form, http.StatusConflict, "account.stale")
		bad := map[string]any{"version": card.Record.Version, "values": map[string]string{"opened_on": "昨天"}}
		if problem := admin.refuse(http.MethodPut, path+"/record", bad, 422, "account.day_invalid"); !strings.Contains(fmt.Sprint(problem.Errors), "opened_on") {
			t.Errorf("the refusal is about %+v, want opened_on", problem.Errors)
		}
		officer.do(http.MethodGet, path+"/record", nil, http.StatusOK, &card)
		if card.Editable || len(card.Findings) == 0 || len(card.Labels) == 0 || card.Findings[0].Citation == "" {
			t.Errorf("the officer's card: editable %v, findings %+v, labels %+v", card.Editable, card.Findings, card.Labels)
		}

		var history accounts.HistoryPage
		officer.do(http.MethodGet, path+"/history?field=head", nil, http.StatusOK, &history)
		if len(history.Items) != 1 || history.Items[0].Became != "张某 13800000001" {
			t.Fatalf("the history of one field: %+v", history.Items)
		}
		undo := "/api/account-changes/" + history.Items[0].ID + "/undo"
		officer.refuse(http.MethodPost, undo, nil, http.StatusForbidden, "auth.forbidden")
		admin.do(http.MethodPost, undo, nil, http.StatusOK, &card)
		if card.Values["head"] != "" {
			t.Errorf("after undoing: %q", card.Values["head"])
		}
		admin.refuse(http.MethodPost, undo, nil, http.StatusConflict, "account.change_overtaken")
	})
}

func TestTheRegisterIsSearchedAndChangedAtOnce(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		officer, admin := town.signIn("xinxi"), town.signIn("guanli")
		own := unitOf(officer)
		first, second := aWeibo(admin, own, "云帆播报甲", "7000000001"), aWeibo(admin, own, "云帆播报乙", "7000000002")
		names := func(query string) string {
			var page accounts.Page
			officer.do(http.MethodGet, "/api/accounts?"+query, nil, http.StatusOK, &page)
			list := []string{}
			for _, line := range page.Items {
				list = append(list, line.Name)
			}
			return strings.Join(list, " ")
		}
		if got := names("q=yfbb"); got != "云帆播报乙 云帆播报甲" {
			t.Errorf("by initials: %q", got)
		}
		bulk := map[string]any{"field": "certified_until", "value": "2099/1/1", "filter": map[string]any{"q": "yfbb"}, "reason": "统一年审"}
		officer.refuse(http.MethodPost, "/api/account-bulk", bulk, http.StatusForbidden, "auth.forbidden")
		var result accounts.BulkResult
		admin.do(http.MethodPost, "/api/account-bulk/preview", bulk, http.StatusOK, &result)
		if result.Changed != 2 || result.BatchID != "" || result.Value != "2099-01-01" {
			t.Fatalf("the preview: %+v", result)
		}
		admin.do(http.MethodPost, "/api/account-bulk", bulk, http.StatusOK, &result)
		if got := names("order=expiry"); result.Changed != 2 || got != "云帆播报甲 云帆播报乙" {
			t.Errorf("after the bulk edit %+v, by expiry: %q", result, got)
		}
		if got := names("expires_within=60") + names("expires_within=-1"); got != "" {
			t.Errorf("expiring within 60 days: %q, want none", got)
		}
		if got := names("unapproved=true&q=yfbb&finding=approval"); got != "云帆播报乙 云帆播报甲" {
			t.Errorf("without an approval: %q", got)
		}
		officer.do(http.MethodGet, "/api/accounts?expires_within=soon", nil, 422, nil)
		officer.refuse(http.MethodGet, "/api/accounts?finding=nothing", nil, 422, "account.filter_invalid")
		admin.do(http.MethodPost, "/api/account-bulk/"+result.BatchID+"/undo", nil, http.StatusOK, &result)
		if got := names("order=expiry"); result.Changed != 2 || got != "" {
			t.Errorf("after undoing %+v: %q", result, got)
		}
		admin.refuse(http.MethodPost, "/api/account-bulk/"+first.ID+"/undo", nil, http.StatusNotFound, "bulk.not_found")
		admin.refuse(http.MethodPost, "/api/account-bulk", map[string]any{"field": "name", "value": "同名", "ids": []string{first.ID, second.ID}}, 422, "bulk.field_refused")

		// A pasted address finds the account, and a second registration is refused with the first one's name.
		var paste accounts.Paste
		officer.do(http.MethodPost, "/api/recognize", map[string]any{"address": "来看 https://m.weibo.cn/u/7000000001 吧"}, http.StatusOK, &paste)
		if len(paste.Accounts) != 1 || paste.Accounts[0].ID != first.ID || paste.Recognized.ExternalID != "7000000001" {
			t.Errorf("the pasted address: %+v", paste)
		}
		officer.refuse(http.MethodPost, "/api/recognize", map[string]any{"address": "不是网址"}, 422, "address.unknown")
		again := map[string]any{"unit_id": own, "platform": "weibo", "kind": "weibo", "name": "又一个", "external_id": "7000000001", "mode": "manual", "state": "in_use"}
		if problem := admin.refuse(http.MethodPost, "/api/accounts", again, http.StatusConflict, "account.duplicate"); !strings.Contains(problem.Detail, "云帆播报甲") {
			t.Errorf("the refusal says %q, want the first account's name", problem.Detail)
		}
	})
}

func TestAttachmentsGoInCheckedAndComeOutHarmless(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		officer, admin, stranger := town.signIn("xinxi"), town.signIn("guanli"), town.signIn("wenlv")
		fields := map[string]string{"unit_id": unitOf(officer)}
		var scan, picture accounts.Attachment
		officer.upload("/api/attachments", `C:\批复"件".pdf`, []byte("%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"), fields, http.StatusOK, &scan)
		officer.upload("/api/attachments", "头像.png", png, fields, http.StatusOK, &picture)
		stranger.upload("/api/attachments", "头像.png", png, fields, http.StatusNotFound, nil)
		for name, content := range map[string][]byte{"a.exe": []byte("MZ"), "a.png": []byte("<html>"), "a.pdf": []byte("%PDF-1.4\n/JavaScript /JS (app.alert(1))\n%%EOF"), "空.pdf": {}} {
			officer.upload("/api/attachments", name, content, fields, 422, nil)
		}
		officer.upload("/api/attachments", "大.pdf", bytes.Repeat([]byte("x"), 52<<20), fields, 422, nil)

		for _, c := range []struct {
			attachment accounts.Attachment
			how        string
		}{{scan, "attachment"}, {picture, "inline"}} {
			address := "/api/attachments/" + c.attachment.ID
			reply := officer.raw(http.MethodGet, address, "", nil)
			header := reply.Header
			if reply.StatusCode != http.StatusOK || header.Get("Content-Type") != c.attachment.MIME || !strings.HasPrefix(header.Get("Content-Disposition"), c.how+";") ||
				!strings.Contains(header.Get("Content-Security-Policy"), "sandbox") || header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s comes out as %d %v", c.attachment.Name, reply.StatusCode, header)
			}
			stranger.refuse(http.MethodGet, address, nil, http.StatusNotFound, "file.not_found")
		}

		account := aWeibo(admin, unitOf(officer), "清源微发布", "7000000001")
		record := fmt.Sprintf("/api/accounts/%s/record", account.ID)
		admin.refuse(http.MethodPut, record, map[string]any{"version": 1, "values": map[string]string{"qr_id": scan.ID}}, 422, "file.kind_refused")
		var card accounts.RecordCard
		admin.do(http.MethodPut, record, map[string]any{"version": 1, "values": map[string]string{"qr_id": picture.ID}}, http.StatusOK, &card)
		if card.Files[picture.ID].Name != "头像.png" {
			t.Errorf("the record's files: %+v", card.Files)
		}
	})
}

func TestViewsAreOnesOwn(t *testing.T) {
	eachDatabase(t, func(t *testing.T, town *town) {
		town.start()
		officer, admin := town.signIn("xinxi"), town.signIn("guanli")
		var view accounts.SavedView
		form := map[string]any{"page": "accounts", "name": "快到期", "query": "expires_within=30"}
		officer.do(http.MethodPost, "/api/views", form, http.StatusOK, &view)
		officer.refuse(http.MethodPost, "/api/views", form, http.StatusConflict, "view.name_taken")
		var list Items[accounts.SavedView]
		admin.do(http.MethodGet, "/api/views?page=accounts", nil, http.StatusOK, &list)
		if len(list.Items) != 0 {
			t.Errorf("somebody else sees %+v", list.Items)
		}
		admin.refuse(http.MethodPost, "/api/views/"+view.ID+"/remove", nil, http.StatusNotFound, "view.not_found")
		officer.do(http.MethodPost, "/api/views/"+view.ID+"/remove", nil, http.StatusNoContent, nil)
		officer.do(http.MethodGet, "/api/views?page=accounts", nil, http.StatusOK, &list)
		if len(list.Items) != 0 {
			t.Errorf("after removing: %+v", list.Items)
		}
	})
}
