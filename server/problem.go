package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"unicode"

	"github.com/danielgtaylor/huma/v2"

	"govmedia/fault"
	"govmedia/rules"
	"govmedia/sql"
)

// Problem is what the API answers when it refuses (RFC 9457): a stable code for programs, a sentence for people.
type Problem struct {
	Status   int            `json:"status"`
	Code     string         `json:"code" doc:"Stable code, for example article.stale"`
	Title    string         `json:"title" doc:"The kind of problem in a few words"`
	Detail   string         `json:"detail" doc:"Chinese sentence: what happened and what to do next"`
	Errors   []FieldProblem `json:"errors" doc:"The fields it is about, an empty list when it is about none"`
	TraceID  string         `json:"trace_id" doc:"Finds the request in the logs"`
	Rulebook string         `json:"rulebook,omitempty" doc:"Id of the rulebook that refuses it"`
	Articles []string       `json:"articles,omitempty" doc:"The cited articles"`
	Citation string         `json:"citation,omitempty" doc:"The cited articles in Chinese"`
	Data     any            `json:"data,omitempty" doc:"Figures for the screen"`
}

// FieldProblem is a sentence about one field of the input.
type FieldProblem struct {
	Location string `json:"location"`
	Message  string `json:"message"`
}

// Error implements error.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// The faults of the server itself.
var (
	errInternal     = fault.Define("server.internal", fault.Internal, "系统出了错，您填写的内容还在页面上。请稍后再试；仍然不行请把追踪号告诉管理员。")
	errTimeout      = fault.Define("server.timeout", fault.Unavailable, "处理超时，请稍后再试。您填写的内容还在页面上。")
	errGone         = fault.Define("server.gone", fault.Unavailable, "连接中断，请求没有处理完，请刷新后看看结果再试。")
	errInput        = fault.Define("input.invalid", fault.Invalid, "填写的内容有误，请按提示修改后再提交。")
	errNotFound     = fault.Define("server.not_found", fault.NotFound, "没有这个页面或接口，请检查网址。")
	errMethod       = fault.Define("server.method", fault.Invalid, "这个网址不支持此操作，请刷新页面后再试。")
	errTooLarge     = fault.Define("input.too_large", fault.TooLarge, "上传的内容太大，请缩小后再试。")
	errBodyUnread   = fault.Define("input.unreadable", fault.Invalid, "请求内容读不出来，请刷新页面后再试。")
	errCrossSite    = fault.Define("server.cross_site", fault.Forbidden, "请求来自其他网站，已拒绝。请在本系统页面上操作。")
	errSignedOut    = fault.Define("auth.required", fault.Unauthenticated, "请先登录。")
	errNoPermission = fault.Define("auth.forbidden", fault.Forbidden, "您没有这项权限，请联系本单位管理员。")
)

// status is the one map from kinds to HTTP.
var status = map[fault.Kind]int{
	fault.Invalid: http.StatusUnprocessableEntity, fault.Unauthenticated: http.StatusUnauthorized, fault.Forbidden: http.StatusForbidden,
	fault.NotFound: http.StatusNotFound, fault.Conflict: http.StatusConflict, fault.TooLarge: http.StatusRequestEntityTooLarge,
	fault.TooMany: http.StatusTooManyRequests, fault.Unavailable: http.StatusServiceUnavailable, fault.Internal: http.StatusInternalServerError,
}

// problemOf turns any error into the answer a person gets, and logs what is ours, once.
func (s *server) problemOf(ctx context.Context, err error) *Problem {
	f := fault.As(err)
	switch {
	case f != nil:
	case errors.Is(err, context.DeadlineExceeded): // before the database is asked: to it a deadline looks like a lost line
		f = errTimeout.Because(err)
	case errors.Is(err, context.Canceled):
		f = errGone.Because(err)
	default:
		if f = fault.As(sql.Explain(err)); f == nil {
			f = errInternal.Because(err)
		}
	}
	trace := requestID(ctx)
	if f.Kind == fault.Internal || f.Kind == fault.Unavailable {
		s.log.ErrorContext(ctx, "request failed", "request_id", trace, "code", f.Code, slog.String("error", err.Error()))
	}
	return newProblem(f, s.library, trace)
}

func newProblem(f *fault.Fault, library *rules.Library, trace string) *Problem {
	p := &Problem{Status: status[f.Kind], Code: f.Code, Title: http.StatusText(status[f.Kind]), Detail: f.Sentence, Errors: []FieldProblem{},
		TraceID: trace, Rulebook: f.Rulebook, Articles: f.Articles, Data: f.Detail}
	if f.Field != "" {
		p.Errors = append(p.Errors, FieldProblem{Location: f.Field, Message: f.Sentence})
	}
	if library != nil && f.Rulebook != "" {
		if rulebook, ok := library.ByID(f.Rulebook); ok {
			p.Citation = rulebook.Cite(f.Articles)
		}
	}
	return p
}

// inputProblem is what Huma's own refusals become: the shape of the input is wrong before a handler saw it.
func inputProblem(code int, message string, trace string, errs []error) *Problem {
	f := errInput
	switch code {
	case http.StatusNotFound:
		f = errNotFound
	case http.StatusMethodNotAllowed:
		f = errMethod
	case http.StatusRequestEntityTooLarge:
		f = errTooLarge
	case http.StatusBadRequest, http.StatusUnsupportedMediaType, http.StatusRequestTimeout:
		f = errBodyUnread
	case http.StatusInternalServerError:
		f = errInternal
	}
	p := newProblem(f, nil, trace)
	if code == http.StatusMethodNotAllowed {
		p.Status, p.Title = code, http.StatusText(code)
	}
	for _, err := range errs {
		var detail *huma.ErrorDetail
		if errors.As(err, &detail) {
			p.Errors = append(p.Errors, FieldProblem{Location: detail.Location, Message: inChinese(detail.Message)})
		} else if err != nil {
			p.Errors = append(p.Errors, FieldProblem{Message: inChinese(message)})
		}
	}
	return p
}

// inChinese keeps a Chinese sentence and replaces the few of Huma's that cannot be set (see speakChinese).
func inChinese(message string) string {
	if strings.ContainsFunc(message, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return message
	}
	return "没有填写，或格式不对"
}
