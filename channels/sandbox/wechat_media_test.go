package sandbox_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"
)

func httptestServer(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

func TestUploads_Checked(t *testing.T) {
	b := open(t, nil)
	const img, material, temporary = "/cgi-bin/media/uploadimg", "/cgi-bin/material/add_material", "/cgi-bin/media/upload"
	cut := picture("png")[:80]
	cases := []struct {
		name, path, query, file string
		data                    []byte
		want                    int
	}{
		{"png in the body", img, "", "1.png", picture("png"), 0},
		{"jpeg in the body", img, "", "1.jpg", picture("jpeg"), 0},
		{"gif in the body", img, "", "1.gif", picture("gif"), 40005},
		{"program named jpg", img, "", "1.jpg", []byte("MZ\x90\x00 this program cannot be run"), 40005},
		{"no ending", img, "", "picture", picture("png"), 40005},
		{"cut short", img, "", "1.png", cut, 40137},
		{"just under 1 MB", img, "", "1.jpg", padded("jpeg", 1<<20-1), 0},
		{"1 MB", img, "", "1.jpg", padded("jpeg", 1<<20), 40009},
		{"empty file", img, "", "1.jpg", nil, 41005},
		{"bmp cover", material, "&type=image", "c.bmp", picture("bmp"), 0},
		{"gif cover", material, "&type=image", "c.gif", picture("gif"), 0},
		{"cover over 10 MB", material, "&type=image", "c.jpg", padded("jpeg", 10<<20+1), 40009},
		{"over everything", material, "&type=image", "c.jpg", padded("jpeg", 33<<20), 40009},
		{"thumb", material, "&type=thumb", "c.jpg", picture("jpeg"), 0},
		{"png thumb", material, "&type=thumb", "c.png", picture("png"), 40005},
		{"thumb over 64 KB", material, "&type=thumb", "c.jpg", padded("jpeg", 64<<10+1), 40006},
		{"no type", material, "", "c.jpg", picture("jpeg"), 40004},
		{"temporary", temporary, "&type=image", "t.png", picture("png"), 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { wantCode(t, b.wxUpload(c.path, c.query, c.file, c.data), c.want) })
	}
	t.Run("other field", func(t *testing.T) {
		kind, body := form(nil, "file", "1.png", picture("png"))
		wantCode(t, b.must("POST", b.url+"/wechat"+img+"?access_token="+url.QueryEscape(b.token), kind, body).object(t), 41005)
	})
}

func TestUploadimg_JournalShowsTheNameAsSent(t *testing.T) {
	b := open(t, nil)
	b.wxUpload("/cgi-bin/media/uploadimg", "", `/srv/uploads/1.png`, picture("png"))
	calls := b.s.Journal(filter("media/uploadimg"))
	if len(calls) != 1 || len(calls[0].Files) != 1 || calls[0].Files[0].Name != "/srv/uploads/1.png" || calls[0].Files[0].Format != "png" {
		t.Errorf("journal = %+v, want one call with the file name /srv/uploads/1.png", calls)
	}
}

func TestTemporaryMedia_LivesThreeDays(t *testing.T) {
	b := open(t, nil)
	data := picture("png")
	got := b.wxUpload("/cgi-bin/media/upload", "&type=image", "t.png", data)
	id := text(t, got, "media_id")
	if got["type"] != "image" || got["created_at"].(float64) < float64(start.Unix()) {
		t.Errorf("media/upload = %v", got)
	}
	get := func() reply {
		return b.must("GET", b.url+"/wechat/cgi-bin/media/get?media_id="+id+"&access_token="+url.QueryEscape(b.fetchToken()), "", nil)
	}
	if r := get(); !bytes.Equal(r.body, data) || r.Header.Get("Content-Type") != "image/png" {
		t.Errorf("media/get = %s, %d bytes, want the picture", r.Header.Get("Content-Type"), len(r.body))
	}
	wantCode(t, b.wx("/cgi-bin/draft/add", object{"articles": []object{b.article("标题", func(a object) { a["thumb_media_id"] = id })}}), 40007)
	b.s.Advance(72 * time.Hour)
	b.token = ""
	wantCode(t, get().object(t), 40007)
}

func TestMaterial_ListCountDelete(t *testing.T) {
	b := open(t, nil)
	first, second := b.cover(), b.cover()
	list := b.wx("/cgi-bin/material/batchget_material", object{"type": "image", "offset": 0, "count": 20})
	items := list["item"].([]any)
	if list["total_count"] != 2.0 || len(items) != 2 || items[0].(object)["media_id"] != second || items[0].(object)["name"] != "cover.jpg" {
		t.Errorf("batchget_material = %v, want both, newest first", list)
	}
	if got := b.wx("/cgi-bin/material/get_materialcount", nil); got["image_count"] != 2.0 {
		t.Errorf("get_materialcount = %v, want 2 images", got)
	}
	wantCode(t, b.wx("/cgi-bin/material/del_material", object{"media_id": first}), 0)
	wantCode(t, b.wx("/cgi-bin/material/del_material", object{"media_id": first}), 40007)
	wantCode(t, b.wx("/cgi-bin/material/batchget_material", object{"type": "image", "offset": 0, "count": 21}), 40097)
	wantCode(t, b.wx("/cgi-bin/material/batchget_material", object{"type": "x", "offset": 0, "count": 2}), 40004)
}

func TestUploadimg_AddressIsReachableWhateverTheHostHeader(t *testing.T) {
	b := open(t, nil)
	kind, body := form(nil, "media", "1.png", picture("png"))
	req, err := http.NewRequest("POST", b.url+"/wechat/cgi-bin/media/uploadimg?access_token="+url.QueryEscape(b.fetchToken()), bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "api.weixin.qq.com"
	req.Header.Set("Content-Type", kind)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var got object
	if err := json.NewDecoder(res.Body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	if r := b.must("GET", text(t, got, "url"), "", nil); r.StatusCode != http.StatusOK {
		t.Errorf("GET %s = %d, want the picture", got["url"], r.StatusCode)
	}
}
