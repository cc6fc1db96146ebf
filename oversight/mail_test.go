package oversight_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"govmedia/accounts"
	"govmedia/oversight"
	"govmedia/units"
	"govmedia/units/unitstest"
)

// due makes the reminder of one account of Town wait for Monday, 2026-11-23, half past eight, with mail to the officer.
func (w *reminders) due(name string) {
	w.t.Helper()
	w.email("officer", "officer@example.gov.cn")
	w.account(name, accounts.KindWeChatSubscription, "2026-11-19 08:30")
	w.remind("2026-11-23 00:05")
}

func TestAMailGoesOutSignedInOverTLS(t *testing.T) {
	for _, mode := range []string{oversight.TLSStart, oversight.TLSFirst} {
		t.Run(mode, func(t *testing.T) {
			eachReminders(t, func(w *reminders) {
				server := &post{user: "reminder", secret: "a password of the test"}
				w.mailServer(server, mode)
				w.due(`<清源>"发布"&`)
				w.remind("2026-11-23 08:30")
				taken := server.taken()
				if len(taken) != 1 {
					t.Fatalf("the server took %d mails, want 1: %+v", len(taken), w.history(oversight.MessageFilter{Channel: oversight.ViaMail}))
				}
				letter := taken[0]
				if !letter.tls || letter.user != "reminder" || letter.from != "reminder@example.gov.cn" || len(letter.to) != 1 || letter.to[0] != "officer@example.gov.cn" {
					t.Errorf("the mail came as %+v, want TLS, the sign-in and one recipient", letter)
				}
				if got := letter.subject(t); got != "清源镇：1项快到期" {
					t.Errorf("Subject = %q", got)
				}
				text := letter.parts(t)
				for _, want := range []string{`“<清源>"发布"&”（微信订阅号）：距7日上限还有3天，2026-11-26 08:30 到期（潼南 2022 第21条（六））。`,
					"<li>“&lt;清源&gt;&#34;发布&#34;&amp;”（微信订阅号）：距7日上限还有3天", "https://media.example.gov.cn", "不用回复"} {
					if !strings.Contains(text, want) {
						t.Errorf("the mail lacks %q:\n%s", want, text)
					}
				}
				header := letter.read(t).Header
				sent := w.history(oversight.MessageFilter{Channel: oversight.ViaMail})
				if len(sent) != 1 || sent[0].State != oversight.Sent || header.Get("Message-Id") != "<"+sent[0].ID+"@example.gov.cn>" {
					t.Errorf("Message-ID = %s of %+v, want the message's own id", header.Get("Message-Id"), sent)
				}
				if header.Get("Auto-Submitted") != "auto-generated" || header.Get("User-Agent") != "" {
					t.Errorf("header = %+v", header)
				}
				w.remind("2026-11-23 08:31")
				if got := len(server.taken()); got != 1 {
					t.Errorf("the mail was sent %d times", got)
				}
			})
		})
	}
}

func TestAWrongPasswordIsTriedAgainAndGivenUp(t *testing.T) {
	eachReminders(t, func(w *reminders) {
		server := &post{user: "reminder", secret: "right"}
		w.mailServer(server, oversight.TLSStart)
		w.out.Mail.Password = "wrong"
		w.due("清源发布")
		for _, at := range []string{"2026-11-23 08:30", "2026-11-23 08:31", "2026-11-23 08:37", "2026-11-23 08:53", "2026-11-23 09:54", "2026-11-23 12:55"} {
			w.remind(at)
		}
		got := w.history(oversight.MessageFilter{Channel: oversight.ViaMail})
		if len(got) != 1 || got[0].State != oversight.Failed || got[0].Code != "sign_in" || got[0].Attempts != 6 || !strings.Contains(got[0].Problem, "多次重试仍不成功") {
			t.Errorf("after five more attempts the message stands %+v", got)
		}
		w.out.Mail.Password = "right"
		w.remind("2026-11-23 15:00")
		if len(server.taken()) != 0 {
			t.Error("a message that was given up was sent all the same")
		}
		if got := w.mine("officer"); len(got) != 1 {
			t.Errorf("inside the program the officer has %d reminders, want 1: mail and program go by themselves", len(got))
		}
	})
}

func TestNoPasswordTravelsInClear(t *testing.T) {
	eachReminders(t, func(w *reminders) {
		server := &post{user: "reminder", secret: "right"}
		w.mailServer(&post{}, oversight.TLSNone) // a server that offers no TLS
		port := w.out.Mail.Port
		w.mailServer(server, oversight.TLSStart)
		w.out.Mail.Port = port
		w.due("清源发布")
		w.remind("2026-11-23 08:30")
		if got := w.history(oversight.MessageFilter{Channel: oversight.ViaMail}); len(got) != 1 || got[0].State != oversight.Waiting {
			t.Errorf("towards a server without TLS the message stands %+v, want it to wait", got)
		}
		clear := oversight.SMTP{Host: "relay", From: "a@b.cn", TLS: oversight.TLSNone, Username: "u", Password: "p"}
		if err := clear.Check(); err == nil {
			t.Error("Check of a password in clear = nil, want an error")
		}
	})
}

func TestAServerThatIsNotTrustedGetsNothing(t *testing.T) {
	eachReminders(t, func(w *reminders) {
		server := &post{}
		w.mailServer(server, oversight.TLSFirst)
		_, w.out.Mail.RootCAs = certificateOf(t) // of another server
		w.due("清源发布")
		w.remind("2026-11-23 08:30")
		got := w.history(oversight.MessageFilter{Channel: oversight.ViaMail})
		if len(got) != 1 || got[0].State != oversight.Waiting || got[0].Code != "tls" || len(server.taken()) != 0 {
			t.Errorf("towards a strange server the message stands %+v", got)
		}
	})
}

func TestARelayInsideTheNetworkTakesMailInClear(t *testing.T) {
	eachReminders(t, func(w *reminders) {
		server := &post{}
		w.mailServer(server, oversight.TLSNone)
		w.due("清源发布")
		w.remind("2026-11-23 08:30")
		if taken := server.taken(); len(taken) != 1 || taken[0].tls {
			t.Errorf("the relay took %+v, want one mail in clear", taken)
		}
	})
}

// Whatever goes wrong before the whole message was handed over has certainly not gone out; only the answer to the whole leaves
// a doubt.
func TestWhatASendingServerDoesDecidesWhetherToTryAgain(t *testing.T) {
	busy := &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "try again later"}
	refused := &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "spam"}
	unknown := &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
	for _, c := range []struct {
		name    string
		answer  func(n int, c *smtp.Conn) error
		rcpt    func(to string) error
		state   oversight.MessageState
		code    string
		offered int
		final   oversight.MessageState // after the next attempt's time
		taken   int
	}{
		{"says later, then takes it", func(n int, _ *smtp.Conn) error {
			if n == 1 {
				return busy
			}
			return nil
		}, nil, oversight.Waiting, "smtp_451", 1, oversight.Sent, 1},
		{"hangs up after the message", func(_ int, c *smtp.Conn) error { _ = c.Conn().Close(); return errors.New("gone") }, nil,
			oversight.Uncertain, "no_answer", 1, oversight.Uncertain, 0},
		{"is too slow to answer", func(int, *smtp.Conn) error { time.Sleep(1500 * time.Millisecond); return nil }, nil,
			oversight.Uncertain, "no_answer", 1, oversight.Uncertain, 1},
		{"refuses the message", func(int, *smtp.Conn) error { return refused }, nil, oversight.Failed, "smtp_554", 1, oversight.Failed, 0},
		{"does not know the recipient", nil, func(string) error { return unknown }, oversight.Failed, "smtp_550", 0, oversight.Failed, 0},
		{"is full for the recipient", nil, func(string) error { return busy }, oversight.Waiting, "smtp_451", 0, oversight.Waiting, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			eachReminders(t, func(w *reminders) {
				server := &post{answer: c.answer, rcpt: c.rcpt}
				w.mailServer(server, oversight.TLSStart)
				w.out.Mail.Timeout = time.Second
				w.due("清源发布")
				w.remind("2026-11-23 08:30")
				got := w.history(oversight.MessageFilter{Channel: oversight.ViaMail})
				if len(got) != 1 || got[0].State != c.state || got[0].Code != c.code || !hasHan(got[0].Problem) {
					t.Errorf("after the first attempt the message stands %+v, want %s, %s", got, c.state, c.code)
				}
				w.remind("2026-11-23 08:31")
				w.remind("2026-11-23 08:40")
				if c.name == "is too slow to answer" {
					waitUntil(t, "the slow server to end", func() bool { return len(server.taken()) == c.taken })
				}
				got = w.history(oversight.MessageFilter{Channel: oversight.ViaMail})
				if got[0].State != c.final || len(server.taken()) != c.taken {
					t.Errorf("later the message stands %s and the server took %d, want %s and %d", got[0].State, len(server.taken()), c.final, c.taken)
				}
				server.mu.Lock()
				defer server.mu.Unlock()
				if c.state == oversight.Uncertain && server.offered != c.offered {
					t.Errorf("what may have gone out was offered %d times, want once", server.offered)
				}
			})
		})
	}
}

func waitUntil(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !condition(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

func hasHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r >= 0x4e00 && r <= 0x9fff })
}

// One recipient that a server refuses, one connection that breaks in the middle: the others get theirs in the same run.
func TestOneBadRecipientDoesNotKeepTheOthersWaiting(t *testing.T) {
	eachReminders(t, func(w *reminders) {
		server := &post{rcpt: func(to string) error {
			if to == "officer@example.gov.cn" {
				return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
			}
			return nil
		}}
		server.answer = func(n int, c *smtp.Conn) error {
			if n == 1 {
				_ = c.Conn().Close()
				return errors.New("gone")
			}
			return nil
		}
		w.mailServer(server, oversight.TLSStart)
		w.email("officer2", "officer2@example.gov.cn")
		w.email("stranger", "stranger@example.gov.cn")
		w.accountOf(w.Bureau, "云林", accounts.KindWeChatSubscription, "2026-11-19 08:30")
		w.due("清源发布")
		w.remind("2026-11-23 08:30")
		states := w.states()
		if states["mail failed"] != 1 || states["mail uncertain"] != 1 || states["mail sent"] != 1 {
			t.Errorf("three mails stand %v, want one failed, one uncertain, one sent", states)
		}
	})
}

// A mail that waits for its time goes to the address of that time, and to none when there is none any more.
func TestAMailGoesToTheAddressOfTheDay(t *testing.T) {
	eachReminders(t, func(w *reminders) {
		server := &post{}
		w.mailServer(server, oversight.TLSStart)
		w.email("officer2", "old@example.gov.cn")
		w.due("清源发布")
		w.email("officer", "new@example.gov.cn")
		w.email("officer2", "")
		w.remind("2026-11-23 08:30")
		if taken := server.taken(); len(taken) != 1 || taken[0].to[0] != "new@example.gov.cn" {
			t.Errorf("the server took %+v, want one mail to the new address", taken)
		}
		if err := units.DisablePerson(t.Context(), w.db, w.People["admin"], w.People["officer"].PersonID, 3); err != nil {
			t.Fatalf("DisablePerson: %v", err)
		}
		w.remind("2026-11-25 00:05")
		w.remind("2026-11-25 08:30")
		if got := len(server.taken()); got != 1 {
			t.Errorf("somebody who may no longer sign in got mail: %d in all", got)
		}
	})
}

// A node dies, or hangs, between the intention and the result: nobody sends the message again.
func TestACallWhoseCallerIsGoneIsNotMadeAgain(t *testing.T) {
	eachReminders(t, func(w *reminders) {
		reached, release := make(chan struct{}), make(chan struct{})
		var once sync.Once
		server := &post{answer: func(int, *smtp.Conn) error {
			once.Do(func() { close(reached) })
			<-release
			return nil
		}}
		w.mailServer(server, oversight.TLSStart)
		w.out.Mail.Timeout = 20 * time.Second
		w.due("清源发布")
		*w.now = beijing(t, "2026-11-23 08:30")
		frozen := *w.now
		hanging := make(chan error, 1)
		slow := w.db.WithClock(func() time.Time { return frozen })
		go func() { _, err := oversight.Remind(context.Background(), slow, w.book, w.out); hanging <- err }()
		<-reached
		w.remind("2026-11-23 08:34")
		if got := w.history(oversight.MessageFilter{Channel: oversight.ViaMail}); got[0].State != oversight.Sending {
			t.Errorf("while the call may still end the message stands %+v, want sending", got[0])
		}
		w.remind("2026-11-23 08:36")
		got := w.history(oversight.MessageFilter{Channel: oversight.ViaMail})
		if got[0].State != oversight.Uncertain || got[0].Code != "interrupted" {
			t.Errorf("after its lease the message stands %+v, want uncertain", got[0])
		}
		close(release)
		if err := <-hanging; err != nil {
			t.Errorf("the hanging node: %v", err)
		}
		w.remind("2026-11-23 08:50")
		server.mu.Lock()
		offered := server.offered
		server.mu.Unlock()
		if offered != 1 {
			t.Errorf("the message was offered %d times, want once", offered)
		}
	})
}

func TestAServerThatIsAwayIsTriedAgainLater(t *testing.T) {
	eachReminders(t, func(w *reminders) {
		server := &post{}
		w.mailServer(server, oversight.TLSStart)
		there := w.out.Mail.Port
		w.out.Mail.Port = 1 // nobody's: a port that was free a moment ago may be another test's by now
		w.due("清源发布")
		w.remind("2026-11-23 08:30")
		if got := w.history(oversight.MessageFilter{Channel: oversight.ViaMail}); got[0].State != oversight.Waiting || got[0].Code != "unreachable" || got[0].Attempts != 1 {
			t.Errorf("towards a closed port the message stands %+v", got[0])
		}
		w.out.Mail.Port = there
		w.remind("2026-11-23 08:30")
		if len(server.taken()) != 0 {
			t.Error("it was tried again at once")
		}
		w.remind("2026-11-23 08:31")
		if len(server.taken()) != 1 {
			t.Error("it was not tried again after a minute")
		}
	})
}

func TestWrongMailSettingsAreNamed(t *testing.T) {
	fine := oversight.SMTP{Host: "mail.example.gov.cn", From: "a@example.gov.cn"}
	if err := fine.Check(); err != nil {
		t.Errorf("Check(%+v) = %v, want nil", fine, err)
	}
	for i, change := range []func(*oversight.SMTP){
		func(s *oversight.SMTP) { s.Host = "" }, func(s *oversight.SMTP) { s.Host = "mail.example.gov.cn:25" }, func(s *oversight.SMTP) { s.Port = 70000 },
		func(s *oversight.SMTP) { s.TLS = "ssl" }, func(s *oversight.SMTP) { s.From = "" }, func(s *oversight.SMTP) { s.From = "提醒 <a@b.cn>" },
		func(s *oversight.SMTP) { s.FromName = "a\r\nBcc: b@c.cn" },
	} {
		wrong := fine
		change(&wrong)
		if err := wrong.Check(); err == nil {
			t.Errorf("change %d: Check(%s) = nil, want an error", i, fmt.Sprintf("%+v", wrong))
		}
	}
}

// A server that takes every mail and answers none: two are in doubt, the others wait until it is well again.
func TestAServerThatAnswersNothingDoesNotPutEveryMailInDoubt(t *testing.T) {
	eachReminders(t, func(w *reminders) {
		release := make(chan struct{})
		server := &post{answer: func(int, *smtp.Conn) error { <-release; return errors.New("never mind") }}
		w.mailServer(server, oversight.TLSStart)
		w.out.Mail.Timeout = 300 * time.Millisecond
		for i := range 6 {
			who := fmt.Sprintf("clerk%d", i)
			w.People[who] = unitstest.Person(t, w.db, who, "云办事", units.InfoOfficer, w.Town)
			w.email(who, who+"@example.gov.cn")
		}
		w.account("清源发布", accounts.KindWeChatSubscription, "2026-11-19 08:30")
		w.remind("2026-11-23 00:05")
		w.remind("2026-11-23 08:30")
		close(release)
		if states := w.states(); states["mail uncertain"] != 2 || states["mail waiting"] != 4 {
			t.Errorf("six mails stand %v, want two uncertain and four waiting", states)
		}
		server.mu.Lock()
		server.answer = nil
		server.mu.Unlock()
		w.out.Mail.Timeout = 5 * time.Second
		w.remind("2026-11-23 08:31")
		if states := w.states(); states["mail uncertain"] != 2 || states["mail sent"] != 4 {
			t.Errorf("when the server is well the mails stand %v, want four sent", states)
		}
	})
}
