package wechat

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/silenceper/wechat/v2/util"

	"govmedia/channels"
	"govmedia/sql"
)

// textLimit is how many characters of WeChat's own words are kept.
const textLimit = 1000

var (
	ridPattern = regexp.MustCompile(`rid: ?([0-9a-fA-F]+(?:-[0-9a-fA-F]+)+)`)
	ipPattern  = regexp.MustCompile(`(?:invalid ip|requestIP:) ?([0-9a-fA-F.:]+)`)
	ruleByCode = indexRules()
)

func indexRules() map[string]rule {
	byCode := map[string]rule{}
	for _, r := range rules {
		for _, code := range r.codes {
			byCode[strconv.FormatInt(code, 10)] = r
		}
	}
	return byCode
}

// known makes the error for a code and WeChat's words, by the table.
func known(code, text string, now sql.Time) *channels.PlatformError {
	r, ok := ruleByCode[code]
	switch {
	case !ok && len(code) == 5 && strings.HasPrefix(code, "535"):
		r = publishFault
	case !ok:
		r = unknownFault
	}
	p := &channels.PlatformError{Code: code, Class: r.class, Text: shorten(text), After: r.wait.base}
	if r.wait.jitter > 0 {
		p.After += rand.N(r.wait.jitter)
	}
	switch {
	case r.wait.tomorrow:
		p.After = channels.UntilTomorrow(now)
	case r.wait.month:
		p.After = untilNextMonth(now)
	}
	sentence := strings.NewReplacer("{ip}", callerIP(text), "{code}", code).Replace(r.sentence)
	p.Advice = withCode(sentence, code, text)
	return p
}

// untilNextMonth returns the time from now to five minutes past the midnight that begins the next month in Beijing.
func untilNextMonth(now sql.Time) time.Duration {
	t := now.Std()
	return time.Date(t.Year(), t.Month()+1, 1, 0, 5, 0, 0, t.Location()).Sub(t)
}

// refused makes the error for an answer with an errcode.
func refused(r request, head *util.CommonError, now sql.Time) error {
	code := strconv.FormatInt(head.ErrCode, 10)
	text := redact(head.ErrMsg, r.secrets...)
	p := known(code, text, now)
	if line := ruleByCode[code]; r.submits && line.submit != "" {
		p.Class = line.submit
	}
	return p.Because(util.NewCommonError(r.path, head.ErrCode, shorten(text)))
}

// lost makes the error for a call whose answer did not come. Before there was a connection nothing can have been sent, so
// even a submit is certainly without effect.
func lost(r request, err error, connected bool) error {
	clean := redacted(err, r.secrets...)
	p := &channels.PlatformError{Code: lostCode(err, connected), Class: channels.Retry, Text: shorten(clean.Error())}
	switch {
	case r.submits && connected:
		p.Class, p.Advice = channels.Unclear, "与微信平台的网络连接异常，正在核实结果，请勿手工重发。"
	case connected:
		p.Advice = "与微信平台的网络连接异常，稍后自动重试。"
	default:
		p.Advice = "连接不上微信平台，请求没有发出，稍后自动重试。若持续出现，请检查服务器网络。"
	}
	p.Advice = withCode(p.Advice, p.Code, "")
	return p.Because(clean)
}

func lostCode(err error, connected bool) string {
	var timeout net.Error
	switch {
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "timeout"
	case connected:
		return "connection_cut"
	}
	return "unreachable"
}

// garbled makes the error for an answer that is not WeChat's: a gateway's page, half a text. Something was asked, so a
// submit may have had its effect.
func garbled(r request, code string, raw []byte) error {
	p := &channels.PlatformError{Code: code, Class: channels.Retry, Advice: "微信平台或网络返回了无法识别的内容，稍后自动重试。"}
	if r.submits {
		p.Class, p.Advice = channels.Unclear, "微信平台或网络返回了无法识别的内容，正在核实结果，请勿手工重发。"
	}
	text := strings.ToValidUTF8(string(raw[:min(len(raw), 4*textLimit)]), "")
	p.Text = shorten(redact(strings.Join(strings.Fields(text), " "), r.secrets...))
	p.Advice = withCode(p.Advice, code, "")
	return p.Because(fmt.Errorf("%s answered %s", r.path, code))
}

// withCode ends a sentence with what a technician asks for first.
func withCode(sentence, code, text string) string {
	label := "错误码 "
	if _, err := strconv.Atoi(code); err == nil {
		label = "微信错误码 "
	}
	if rid := ridOf(text); rid != "" {
		return sentence + "（" + label + code + "，rid: " + rid + "）"
	}
	return sentence + "（" + label + code + "）"
}

// ridOf returns WeChat's id of the request, empty when the text has none.
func ridOf(text string) string {
	if found := ridPattern.FindStringSubmatch(text); found != nil {
		return found[1]
	}
	return ""
}

func callerIP(text string) string {
	if found := ipPattern.FindStringSubmatch(text); found != nil {
		return strings.TrimRight(found[1], ".:")
	}
	return "地址见错误原文"
}

func shorten(text string) string {
	if utf8.RuneCountInString(text) <= textLimit {
		return text
	}
	return string([]rune(text)[:textLimit])
}

func isTokenError(err error) bool {
	p := channels.AsPlatformError(err)
	return p != nil && slices.Contains(tokenCodes, p.Code)
}

// hasCode reports whether err is WeChat's refusal with one of the codes.
func hasCode(err error, codes ...string) bool {
	p := channels.AsPlatformError(err)
	return p != nil && slices.Contains(codes, p.Code)
}

// noteRID keeps the id of a failed call where a technician finds it.
func noteRID(job *channels.Job, err error) {
	if p := channels.AsPlatformError(err); p != nil {
		if rid := ridOf(p.Text); rid != "" {
			set(job, "rid", rid)
		}
	}
}
