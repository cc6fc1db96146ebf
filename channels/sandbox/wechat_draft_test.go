package sandbox_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"govmedia/channels/sandbox"
)

func filter(path string) sandbox.Filter { return sandbox.Filter{Path: path} }

func TestDraftAdd_Checked(t *testing.T) {
	b := open(t, nil)
	han := func(n int) string { return strings.Repeat("字", n) }
	set := func(field string, value any) func(object) { return func(a object) { a[field] = value } }
	cases := []struct {
		name   string
		change func(object)
		want   int
	}{
		{"title of 32", set("title", han(32)), 0},
		{"title of 33", set("title", han(33)), 45003},
		{"no title", set("title", " "), 44003},
		{"author of 16", set("author", han(16)), 0},
		{"author of 17", set("author", han(17)), 45110},
		{"digest of 128", set("digest", han(128)), 0},
		{"digest of 129", set("digest", han(129)), 45004},
		{"content of 19999", set("content", han(19999)), 0},
		{"content of 20000", set("content", han(20000)), 45002},
		{"no content", set("content", ""), 44003},
		{"source no address", set("content_source_url", "见官网"), 41039},
		{"source over 1 KB", set("content_source_url", "https://gov.example.cn/"+strings.Repeat("a", 1024)), 41039},
		{"no source", set("content_source_url", ""), 0},
		{"no cover", set("thumb_media_id", ""), 40007},
		{"unknown cover", set("thumb_media_id", "nothing"), 40007},
		{"comments without the feature", set("need_open_comment", 1), 88000},
		{"flag of 2", set("need_open_comment", 2), 40097},
		{"title a number", set("title", 5), 47001},
		{"crop", set("pic_crop_235_1", "0_0_1_0.425532"), 0},
		{"crop outside", set("pic_crop_235_1", "0_0_1_1.2"), 40097},
		{"marked", set("title", "稿[sim:d45166]"), 45166},
		{"kind unknown", set("article_type", "video"), 40097},
		{"nested without end", set("content", strings.Repeat("<b>", 5000)), 45166},
		{"newspic without pictures", set("article_type", "newspic"), 40007},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			wantCode(t, b.wx("/cgi-bin/draft/add", object{"articles": []object{b.article("标题", c.change)}}), c.want)
		})
	}
	nine := make([]object, 9)
	for i := range nine {
		nine[i] = b.article("标题", nil)
	}
	wantCode(t, b.wx("/cgi-bin/draft/add", object{"articles": nine}), 45008)
	wantCode(t, b.wx("/cgi-bin/draft/add", object{"articles": []object{}}), 44003)
	wantCode(t, b.wx("/cgi-bin/draft/add", object{"articles": b.article("标题", nil)}), 47001)
}

func TestDraftAdd_CoverOfAnotherAccountIsRefused(t *testing.T) {
	b := open(t, nil)
	foreign := b.article("标题", nil)
	b.token = text(t, b.stable("wx0000000000000002", "wx-secret-2", false), "access_token")
	wantCode(t, b.wx("/cgi-bin/draft/add", object{"articles": []object{foreign}}), 40007)
}

func TestDraft_KeepsWhatReadersWouldSee(t *testing.T) {
	b := open(t, nil)
	own := text(t, b.wxUpload("/cgi-bin/media/uploadimg", "", "1.png", picture("png")), "url")
	cases := []struct{ name, in, want string }{
		{"own picture", `<p><img src="` + own + `" onerror="x()" class="c"/></p>`, `<p><img data-src="` + own + `"/></p>`},
		{"picture host", `<img src="https://mmbiz.qpic.cn/a/0?wx_fmt=png"/>`, `<img data-src="https://mmbiz.qpic.cn/a/0?wx_fmt=png"/>`},
		{"foreign picture", `<p>文<img src="https://x.example/a.png"/></p>`, `<p>文</p>`},
		{"lookalike host", `<p>文<img src="https://mmbiz.qpic.cn.evil.example/a.png"/></p>`, `<p>文</p>`},
		{"base64", `<p>文<img src="data:image/png;base64,AAAA"/></p>`, `<p>文</p>`},
		{"script, style, form", `<style>p{}</style><script>1</script><form><p>文</p><input/></form>`, `<p>文</p>`},
		{"class and id", `<section class="a" id="b" style="color:red;position:fixed">文</section>`, `<section style="color: red;">文</section>`},
		{"foreign background", `<p style="background:url('https://x.example/a.png');margin:0">文</p>`, `<p style="margin: 0;">文</p>`},
		{"foreign link", `<p><a href="https://x.example/">文</a></p>`, `<p><a>文</a></p>`},
		{"own article link", `<a href="https://mp.weixin.qq.com/s/x">文</a>`, `<a href="https://mp.weixin.qq.com/s/x">文</a>`},
		{"foreign player", `<iframe src="https://x.example/v"></iframe><p>文</p>`, `<p>文</p>`},
		{"comment and unknown tag", `<!--x--><article><p>文</p></article>`, `<p>文</p>`},
		{"table", `<table><tbody><tr><td colspan="2">文</td></tr></tbody></table>`, `<table><tbody><tr><td colspan="2">文</td></tr></tbody></table>`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			id := text(t, b.wx("/cgi-bin/draft/add", object{"articles": []object{b.article("标题", func(a object) { a["content"] = c.in })}}), "media_id")
			item := b.wx("/cgi-bin/draft/get", object{"media_id": id})["news_item"].([]any)[0].(object)
			if item["content"] != c.want {
				t.Errorf("stored %s\nwant   %s", item["content"], c.want)
			}
			if strings.Contains(c.want, "文") && item["digest"] != "文" {
				t.Errorf("digest = %q, want the body's beginning", item["digest"])
			}
		})
	}
}

func TestDraft_Life(t *testing.T) {
	b := open(t, nil)
	id := b.draft("一稿")
	b.draft("二稿")
	if got := b.wx("/cgi-bin/draft/count", nil); got["total_count"] != 2.0 {
		t.Errorf("draft/count = %v, want 2", got)
	}
	wantCode(t, b.wx("/cgi-bin/draft/update", object{"media_id": id, "index": 0, "articles": b.article("一稿修改", nil)}), 0)
	wantCode(t, b.wx("/cgi-bin/draft/update", object{"media_id": id, "index": 1, "articles": b.article("一稿修改", nil)}), 40114)
	wantCode(t, b.wx("/cgi-bin/draft/update", object{"media_id": "no", "index": 0, "articles": b.article("一稿修改", nil)}), 40007)
	item := b.wx("/cgi-bin/draft/get", object{"media_id": id})["news_item"].([]any)[0].(object)
	if item["title"] != "一稿修改" || !strings.Contains(b.page(text(t, item, "url")), "草稿预览") {
		t.Errorf("draft/get after update = %v, want the new title and a preview address", item)
	}
	for _, flag := range []any{1, true} {
		list := b.wx("/cgi-bin/draft/batchget", object{"offset": 0, "count": 1, "no_content": flag})
		first := list["item"].([]any)[0].(object)
		news := first["content"].(object)["news_item"].([]any)[0].(object)
		if list["total_count"] != 2.0 || list["item_count"] != 1.0 || news["title"] != "二稿" || news["content"] != "" {
			t.Errorf("draft/batchget no_content=%v = %v", flag, list)
		}
	}
	wantCode(t, b.wx("/cgi-bin/draft/batchget", object{"offset": 0, "count": 21}), 40097)
	wantCode(t, b.wx("/cgi-bin/draft/delete", object{"media_id": id}), 0)
	wantCode(t, b.wx("/cgi-bin/draft/delete", object{"media_id": id}), 40007)
}

func TestDraft_BadBytes(t *testing.T) {
	b := open(t, func(cfg *sandbox.Config) { cfg.Seeds.WeChat[0].RefuseEscapes = true })
	post := func(body string) object {
		return b.must("POST", b.url+"/wechat/cgi-bin/draft/add?access_token="+url.QueryEscape(b.fetchToken()), "application/json", []byte(body)).object(t)
	}
	wantCode(t, post(""), 44002)
	wantCode(t, post("{"), 47001)
	wantCode(t, post("{\"articles\":\"\xff\"}"), 40033)
	body := fmt.Sprintf(`{"articles":[{"title":"\u6807\u9898","content":"x","thumb_media_id":%q}]}`, b.cover())
	wantCode(t, post(body), 40033)
}

func TestDraft_PictureMessage(t *testing.T) {
	b := open(t, nil)
	pictures := func(n int) func(object) {
		return func(a object) {
			list := make([]object, n)
			for i := range list {
				list[i] = object{"image_media_id": a["thumb_media_id"]}
			}
			a["article_type"], a["image_info"] = "newspic", object{"image_list": list}
			delete(a, "thumb_media_id")
		}
	}
	wantCode(t, b.wx("/cgi-bin/draft/add", object{"articles": []object{b.article("多图", pictures(21))}}), 45008)
	id := text(t, b.wx("/cgi-bin/draft/add", object{"articles": []object{b.article("两图", pictures(2))}}), "media_id")
	if page := b.page(firstURL(t, b.publish(id))); strings.Count(page, `alt="配图"`) != 2 {
		t.Errorf("readers' page does not show both pictures")
	}
}
