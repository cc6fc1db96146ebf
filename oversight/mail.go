package oversight

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"govmedia/sql"
)

// How a mail server is reached.
const (
	TLSStart = "starttls" // TLS or nothing, begun on a plain connection (587, 25)
	TLSFirst = "tls"      // TLS from the first byte (465)
	TLSNone  = "none"     // in clear, for a relay inside the office's own network
)

// SMTP is the office's mail server, as the operator of the server sets it.
type SMTP struct {
	Host     string
	Port     int    // 0: 465 with TLSFirst, else 587
	TLS      string // TLSStart when empty
	Username string // empty: no sign-in
	Password string
	From     string         // the sender's bare address
	FromName string         // the sender's name; may be empty
	RootCAs  *x509.CertPool // nil takes the system's
	Timeout  time.Duration  // of one message; 0 is 20 seconds
}

// Check says in words for the operator what cannot work.
func (s SMTP) Check() error {
	_, domain, ok := strings.Cut(s.From, "@")
	switch {
	case s.Host == "" || strings.ContainsAny(s.Host, " /:@") && net.ParseIP(s.Host) == nil:
		return fmt.Errorf("the mail server %q is no host name", s.Host)
	case s.Port < 0 || s.Port > 65535:
		return fmt.Errorf("the mail server's port %d does not exist", s.Port)
	case !slices.Contains([]string{"", TLSStart, TLSFirst, TLSNone}, s.TLS):
		return fmt.Errorf("TLS towards the mail server is starttls, tls or none, not %q", s.TLS)
	case !ok || domain == "" || strings.ContainsAny(s.From, " \r\n<>,;"):
		return fmt.Errorf("the sender %q is no mail address", s.From)
	case strings.ContainsAny(s.FromName, "\r\n"):
		return fmt.Errorf("the sender's name holds a line break")
	case s.Username != "" && s.TLS == TLSNone:
		return fmt.Errorf("a password never travels in clear: set TLS towards the mail server to starttls or tls")
	}
	return nil
}

func (s SMTP) timeout() time.Duration {
	if s.Timeout == 0 {
		return 20 * time.Second
	}
	return s.Timeout
}

func (s SMTP) client() (*mail.Client, error) {
	port := s.Port
	if port == 0 {
		port = 587
		if s.TLS == TLSFirst {
			port = 465
		}
	}
	_, domain, _ := strings.Cut(s.From, "@")
	options := []mail.Option{
		mail.WithPort(port), mail.WithTimeout(s.timeout()), mail.WithHELO(domain), mail.WithoutNoop(),
		mail.WithTLSConfig(&tls.Config{ServerName: s.Host, RootCAs: s.RootCAs, MinVersion: tls.VersionTLS12}),
	}
	switch s.TLS {
	case TLSFirst:
		options = append(options, mail.WithSSL())
	case TLSNone:
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	default:
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if s.Username != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(s.Username), mail.WithPassword(s.Password))
	}
	return mail.NewClient(s.Host, options...)
}

// postman holds one connection to the mail server for as long as it serves.
type postman struct {
	smtp   SMTP
	client *mail.Client
	conn   *smtp.Client
}

func newPostman(settings SMTP) (*postman, error) {
	client, err := settings.client()
	if err != nil {
		return nil, fmt.Errorf("oversight: set up the mail server: %w", err)
	}
	return &postman{smtp: settings, client: client}, nil
}

// connect opens the connection where there is none, signed in and ready for a message; nothing of one has gone out then.
func (p *postman) connect(ctx context.Context) *outcome {
	if p.conn != nil && p.conn.UpdateDeadline(p.smtp.timeout()) == nil && p.conn.Noop() == nil {
		return nil
	}
	p.hangUp()
	conn, err := p.client.DialToSMTPClientWithContext(ctx)
	if err == nil {
		p.conn = conn
		return nil
	}
	failure := &outcome{state: Waiting, code: "unreachable", problem: "连接不上邮件服务器，没有发出，稍后自动重试。", cause: err}
	var unknown x509.UnknownAuthorityError
	var wrong *tls.CertificateVerificationError
	switch text := strings.ToLower(err.Error()); {
	case errors.As(err, &unknown), errors.As(err, &wrong):
		failure.code, failure.problem = "tls", "邮件服务器的证书不可信，没有发出。请系统管理员检查邮件服务器的设置。"
	case strings.Contains(text, "auth") || strings.Contains(text, "535"):
		failure.code, failure.problem = "sign_in", "邮件服务器不让登录，没有发出。请系统管理员检查邮箱的用户名和密码。"
	}
	return failure
}

// hangUp closes the connection without a farewell: after an error in the middle of a message, a polite QUIT would first end
// the message as if it were whole.
func (p *postman) hangUp() {
	if p.conn != nil {
		_ = p.conn.Close()
		p.conn = nil
	}
}

// part ends a connection that is in order.
func (p *postman) part() {
	if p.conn != nil && p.conn.UpdateDeadline(time.Second) == nil {
		_ = p.conn.Quit()
	}
	p.hangUp()
}

// deliver sends one message over the open connection and says what became of it. Only an answer to the whole message, or its
// absence, leaves a doubt: whatever goes wrong before that has certainly not gone out.
func (p *postman) deliver(id, to string, at sql.Time, letter letter) outcome {
	message, err := p.message(id, to, at, letter)
	if err != nil {
		return outcome{state: Failed, code: "bad_address", problem: "邮箱地址不能用，没有发出。请本人更正邮箱地址。", cause: err}
	}
	err = p.client.SendWithSMTPClient(p.conn, message)
	if err == nil || message.IsDelivered() {
		if err != nil {
			p.hangUp() // taken, but the connection is of no use any more
		}
		return outcome{state: Sent}
	}
	p.hangUp()
	var failure *mail.SendError
	if !errors.As(err, &failure) {
		return outcome{state: Uncertain, code: "no_answer", problem: "邮件服务器的答复看不懂，不能确定是否已发出；为免重复，不再发送。", cause: err}
	}
	return judgeMail(failure, err)
}

func judgeMail(failure *mail.SendError, err error) outcome {
	code := "smtp_" + strconv.Itoa(failure.ErrorCode())
	switch {
	case failure.ErrorCode() >= 500 && failure.Reason == mail.ErrSMTPRcptTo:
		return outcome{state: Failed, code: code, problem: "邮件服务器不认收件地址，没有发出。请本人核对邮箱地址。", cause: err}
	case failure.ErrorCode() >= 500:
		return outcome{state: Failed, code: code, problem: "邮件服务器拒收，没有发出。请系统管理员检查邮件服务器的设置。", cause: err}
	case failure.ErrorCode() >= 400:
		return outcome{state: Waiting, code: code, problem: "邮件服务器暂时不收，没有发出，稍后自动重试。", cause: err}
	case failure.Reason == mail.ErrSMTPDataClose:
		return outcome{state: Uncertain, code: "no_answer", problem: "邮件服务器没有答复，不能确定是否已发出；为免重复，不再发送。", cause: err}
	case failure.Reason == mail.ErrNoUnencoded, failure.Reason == mail.ErrGetSender, failure.Reason == mail.ErrGetRcpts:
		return outcome{state: Failed, code: "bad_address", problem: "邮箱地址不能用，没有发出。请本人更正邮箱地址。", cause: err}
	}
	return outcome{state: Waiting, code: "cut_off", problem: "与邮件服务器的连接中断，没有发出，稍后自动重试。", cause: err}
}

// message is the letter as mail. Its id comes from ours, so that a copy can be told as one wherever it arrives.
func (p *postman) message(id, to string, at sql.Time, letter letter) (*mail.Msg, error) {
	_, domain, _ := strings.Cut(p.smtp.From, "@")
	m := mail.NewMsg(mail.WithEncoding(mail.EncodingB64), mail.WithNoDefaultUserAgent())
	if err := m.FromFormat(p.smtp.FromName, p.smtp.From); err != nil {
		return nil, err
	}
	if err := m.To(to); err != nil {
		return nil, err
	}
	m.Subject(letter.subject)
	m.SetMessageIDWithValue(id + "@" + domain)
	m.SetDateWithValue(at.Std())
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetBodyString(mail.TypeTextPlain, letter.text)
	m.AddAlternativeString(mail.TypeTextHTML, letter.html())
	return m, nil
}
