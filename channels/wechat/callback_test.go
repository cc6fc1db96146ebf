package wechat_test

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/silenceper/wechat/v2/util"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/channels/sandbox"
	"govmedia/channels/wechat"
	"govmedia/sql"
	"govmedia/sql/sqltest"
)

const jobPath = "/cgi-bin/freepublish/get"

func TestACallbackPublishesADeliveryWithoutAQuestion(t *testing.T) {
	eachDesk(t, func(s *setup) { s.platform.CallbackDuplicates = 2 }, func(d *desk) {
		id := d.schedule("防汛提示")
		d.stands("after submit", d.work(id), channels.Submitted)
		d.box.Advance(16 * time.Second)
		if n := d.called(1); n != 1 {
			t.Fatalf("CallbacksDue = %d, want 1: repetitions count once", n)
		}
		view := d.view(id)
		d.stands("after the callback", view, channels.StatePublished)
		if view.PublicURL == "" || view.ExternalID == nil || d.calls(jobPath) != 0 {
			t.Errorf("published at %q with %d questions, want an address and none", view.PublicURL, d.calls(jobPath))
		}
		if got := d.posts(); len(got) != 1 || got[0].URL != view.PublicURL {
			t.Errorf("posts = %+v, want one", got)
		}
		if n := d.called(1); n != 0 {
			t.Errorf("a second round is done with %d, want 0", n)
		}
	})
}

func TestACallbackThatComesBeforeTheAnswerOfSubmit(t *testing.T) {
	for _, lost := range []bool{false, true} {
		d := newDesk(t, sqltest.SQLite(t), func(s *setup) { s.platform.CallbackEarly = true })
		if lost {
			d.box.AddFault(fault(submitPath, sandbox.DropAfter, 1))
		}
		id := d.schedule("防汛提示")
		view := d.work(id)
		if !lost {
			d.stands("after submit", view, channels.Submitted)
		}
		d.called(4)
		d.stands(fmt.Sprintf("after the callback, the answer lost %v", lost), d.view(id), channels.StatePublished)
		if r := d.report(); r.Published != 1 || r.Submits != 1 {
			t.Errorf("%d articles from %d jobs, want one", r.Published, r.Submits)
		}
	}
}

func TestACallbackOfAFailureIsReadByThePoll(t *testing.T) {
	d := newDesk(t, sqltest.SQLite(t), nil)
	id := d.schedule("防汛提示[sim:4]")
	d.work(id)
	d.box.Advance(16 * time.Second)
	d.called(1)
	view := d.work(id)
	d.stands("after the poll", view, channels.Failed)
	if view.ErrorCode != "publish_status_4" || d.calls(jobPath) != 0 {
		t.Errorf("failed with %s after %d questions, want publish_status_4 from the callback", view.ErrorCode, d.calls(jobPath))
	}
}

// The platform may send the other event, or none, or keep them back: the poll knows all the same, and news that is old
// changes nothing.
func TestCallbacksThatDoNotHelpDoNoHarm(t *testing.T) {
	for name, change := range map[string]func(*setup){
		"never":            func(s *setup) { s.platform.CallbackNever = true },
		"mass event":       func(s *setup) { s.platform.CallbackAsMass = true },
		"without address":  func(s *setup) { s.platform.CallbackBare = true },
		"kept back":        func(s *setup) { s.platform.CallbackHold = true },
		"eleven min ahead": func(s *setup) { s.platform.CallbackSkewSeconds = 660 },
		"nine min behind":  func(s *setup) { s.platform.CallbackSkewSeconds = -540 },
	} {
		d := newDesk(t, sqltest.SQLite(t), change)
		id := d.schedule("防汛提示")
		d.work(id)
		d.box.Advance(16 * time.Second)
		d.called(1)
		d.stands(name, d.until(id), channels.StatePublished)
		d.box.ReleaseCallbacks(true)
		d.called(2)
		d.stands(name+", later", d.view(id), channels.StatePublished)
		if r := d.report(); r.Published != 1 || len(d.posts()) != 1 {
			t.Errorf("%s: %d articles, %d posts, want one of each", name, r.Published, len(d.posts()))
		}
	}
}

func TestForgedCallbacksAreRefused(t *testing.T) {
	d := newDesk(t, sqltest.SQLite(t), nil)
	id := d.schedule("防汛提示")
	view := d.work(id)
	job, _ := view.Remote["publish_id"].(string)
	genuine := `<xml><ToUserName>gh_1</ToUserName><FromUserName>o1</FromUserName><CreateTime>1</CreateTime><MsgType>event</MsgType><Event>PUBLISHJOBFINISH</Event>
<PublishEventInfo><publish_id>` + job + `</publish_id><publish_status>0</publish_status><article_id>forged</article_id></PublishEventInfo></xml>`
	for how, want := range map[string]string{
		"bad_signature": "wechat.callback_forged", "plain": "wechat.callback_forged", "wrong_appid": "wechat.callback_forged",
		"garbage": "wechat.callback_forged", "old": "wechat.callback_stale", "future": "wechat.callback_stale", "huge": "wechat.callback_too_large",
	} {
		line, err := d.box.Forge(sandbox.ForgedCallback{Account: appID, How: how, Body: genuine, Bytes: 2 << 20})
		if err != nil || line.Taken || how != "huge" && line.Body != want {
			t.Errorf("%s: answered %+v, %v, want %s", how, line, err, want)
		}
	}
	d.called(2)
	d.stands("after forged callbacks", d.view(id), channels.Submitted)
	if line, err := d.box.Forge(sandbox.ForgedCallback{Account: appID, How: "genuine", Body: genuine}); err != nil || !line.Taken {
		t.Fatalf("genuine: answered %+v, %v, want it taken", line, err)
	}
	d.called(1)
	d.stands("after the genuine one", d.view(id), channels.StatePublished)
	if line, err := d.box.Forge(sandbox.ForgedCallback{Account: appID, How: "replay"}); err != nil || !line.Taken || d.called(1) != 0 {
		t.Errorf("replay: answered %+v, %v, want it taken without effect", line, err)
	}
	d.box.Advance(11 * time.Minute)
	if line, _ := d.box.Forge(sandbox.ForgedCallback{Account: appID, How: "replay"}); line.Taken {
		t.Error("a replay of eleven minutes ago was taken")
	}
}

// seal makes a callback with the SDK's crypto.
func seal(t *testing.T, at time.Time, nonce, plain string) (url.Values, []byte) {
	t.Helper()
	sealed, err := util.EncryptMsg([]byte("0123456789abcdef"), []byte(plain), appID, callbackKey)
	if err != nil {
		t.Fatalf("EncryptMsg: %v", err)
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	return url.Values{"timestamp": {stamp}, "nonce": {nonce}, "encrypt_type": {"aes"}, "signature": {util.Signature(callbackToken, stamp, nonce)},
		"msg_signature": {util.Signature(callbackToken, stamp, nonce, string(sealed))}}, []byte("<xml><ToUserName>gh</ToUserName><Encrypt>" + string(sealed) + "</Encrypt></xml>")
}

func finish(job, created string) string {
	return `<xml><FromUserName>o1</FromUserName><CreateTime>` + created + `</CreateTime><Event>PUBLISHJOBFINISH</Event><PublishEventInfo><publish_id>` + job +
		`</publish_id><publish_status>0</publish_status><article_id>a</article_id></PublishEventInfo></xml>`
}

func TestWhatTheSDKSealsIsReceived(t *testing.T) {
	b := newBench(t)
	credentials := accounts.Credentials{"app_secret": secret, "callback_token": callbackToken, "encoding_aes_key": callbackKey}
	now := b.box.Now()
	receive := func(query url.Values, body []byte) error {
		return b.channel.Receive(t.Context(), b.account, credentials, query, body)
	}
	query, body := seal(t, now, "1", finish("7", "100"))
	for range 3 {
		if err := receive(query, body); err != nil {
			t.Fatalf("Receive = %v, want it taken each time", err)
		}
	}
	query, body = seal(t, now, "1", finish("8", "101"))
	if err := receive(query, body); !errors.Is(err, wechat.ErrCallbackReplayed) {
		t.Errorf("another event with the same nonce = %v, want it refused", err)
	}
	for name, c := range map[string]struct {
		plain string
		want  error
	}{
		"a follower's words": {`<xml><FromUserName>o1</FromUserName><MsgType>text</MsgType><Content>身份证号</Content></xml>`, nil},
		"no XML":             {"not xml", wechat.ErrCallbackInvalid},
		"an entity bomb":     {`<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><xml><Event>&b;</Event></xml>`, wechat.ErrCallbackInvalid},
		"half":               {finish("9", "1")[:60], wechat.ErrCallbackInvalid},
	} {
		query, body := seal(t, now, sql.NewID(), c.plain)
		if err := receive(query, body); !errors.Is(err, c.want) {
			t.Errorf("%s: Receive = %v, want %v", name, err, c.want)
		}
	}
	query, body = seal(t, now.Add(-9*time.Minute), "5", finish("9", "102"))
	if err := receive(query, body); err != nil {
		t.Errorf("nine minutes old = %v, want it taken", err)
	}
	if err := b.channel.Receive(t.Context(), b.account, accounts.Credentials{"app_secret": secret}, query, body); !errors.Is(err, wechat.ErrCallbackUnset) {
		t.Errorf("an account without keys = %v, want callback_unset", err)
	}
	if err := receive(query, make([]byte, wechat.MaxCallback+1)); !errors.Is(err, wechat.ErrCallbackTooLarge) {
		t.Errorf("a long body = %v, want too_large", err)
	}
}

func TestTheCallbackAddressIsTested(t *testing.T) {
	b := newBench(t)
	credentials := accounts.Credentials{"app_secret": secret, "callback_token": callbackToken, "encoding_aes_key": callbackKey}
	stamp := strconv.FormatInt(b.box.Now().Unix(), 10)
	query := url.Values{"timestamp": {stamp}, "nonce": {"9"}, "echostr": {"echo me"}, "signature": {util.Signature(callbackToken, stamp, "9")}}
	if echo, err := b.channel.Greet(credentials, query); err != nil || echo != "echo me" {
		t.Errorf("Greet = %q, %v, want the text back", echo, err)
	}
	query.Set("nonce", "10")
	if _, err := b.channel.Greet(credentials, query); !errors.Is(err, wechat.ErrCallbackForged) {
		t.Errorf("Greet with another nonce = %v, want it refused", err)
	}
}

// FuzzCallback feeds the receiver with bodies, sealed and not. Whatever comes, the answer is a fault or nothing.
func FuzzCallback(f *testing.F) {
	f.Add([]byte(finish("7", "1")), true)
	f.Add([]byte("<xml><Encrypt>AAAA</Encrypt></xml>"), false)
	f.Add([]byte(`<xml><Event>MASSSENDJOBFINISH</Event><MsgID>1</MsgID><Status>err(20001)</Status><ArticleUrlResult><ResultList><item><ArticleIdx>1</ArticleIdx></item></ResultList></ArticleUrlResult></xml>`), true)
	f.Add([]byte(`<!DOCTYPE x [<!ENTITY a "b">]><xml>&a;</xml>`), true)
	db := sqltest.SQLite(f)
	channel, err := wechat.New(wechat.Config{BaseURL: "http://127.0.0.1:1", DB: db, Seal: plainSeal()})
	if err != nil {
		f.Fatal(err)
	}
	external := appID
	account := accounts.Account{ID: sql.NewID(), Platform: accounts.WeChat, ExternalID: &external}
	credentials := accounts.Credentials{"app_secret": secret, "callback_token": callbackToken, "encoding_aes_key": callbackKey}
	f.Fuzz(func(t *testing.T, content []byte, sealed bool) {
		query, body := seal(t, time.Now(), sql.NewID(), string(content))
		if !sealed {
			body = content
		}
		err := channel.Receive(t.Context(), account, credentials, query, body)
		known := err == nil
		for _, want := range []error{wechat.ErrCallbackForged, wechat.ErrCallbackInvalid, wechat.ErrCallbackTooLarge, wechat.ErrCallbackReplayed} {
			known = known || errors.Is(err, want)
		}
		if !known {
			t.Errorf("Receive(%.100q) = %v, want nothing or a fault", content, err)
		}
		if !sealed && err == nil && strings.Contains(string(content), "PUBLISHJOBFINISH") {
			t.Errorf("Receive took %.100q without a seal", content)
		}
	})
}
