package main

import (
	"context"
	"errors"
	"io"

	"github.com/danielgtaylor/huma/v2"

	"govmedia/rules"
)

// largestNotice bounds the form around a notice or a calendar file, in bytes.
const largestNotice = rules.MaxCalendarFile + 64<<10

// calendarView is every year of working days, and what the reader may do with them.
type calendarView struct {
	Items    []rules.YearLine `json:"items" nullable:"false"`
	MayEnter bool             `json:"may_enter" doc:"Whether this person may enter or correct a year"`
	Recounts int              `json:"recounts" doc:"Recounts of open duties still to be done after a change; 0: every due time is that of these years"`
}

func (s *server) getCalendar(ctx context.Context, _ *struct{}) (*Body[calendarView], error) {
	years, err := rules.Years(ctx, s.db, s.book)
	if err != nil {
		return nil, err
	}
	may, err := rules.MayEnterYears(ctx, s.db, actorOf(ctx))
	if err != nil {
		return nil, err
	}
	recounts, err := rules.Recounts(ctx, s.db)
	return answer(calendarView{Items: years, MayEnter: may, Recounts: recounts}, err)
}

type noticeForm struct {
	Text string        `form:"text" required:"false" doc:"The notice, pasted; left out when a file is sent"`
	File huma.FormFile `form:"file" required:"false" doc:"The notice as a text file, or years in the form of cn-workdays.yaml"`
}

type noticeInput struct {
	RawBody huma.MultipartFormFiles[noticeForm]
}

type readings struct {
	Items []rules.YearReading `json:"items" nullable:"false"`
}

// parseCalendar reads a notice or a file of years and saves nothing.
func (s *server) parseCalendar(_ context.Context, in *noticeInput) (*Body[readings], error) {
	form := in.RawBody.Data()
	name, raw := "", []byte(form.Text)
	if form.File.IsSet {
		content, err := io.ReadAll(io.LimitReader(form.File, rules.MaxCalendarFile+1))
		if err != nil {
			return nil, errors.Join(errBodyUnread, err)
		}
		name, raw = form.File.Filename, content
	}
	items, err := rules.ReadYears(name, raw)
	return answer(readings{Items: items}, err)
}

// YearForm is the arrangement of a year as somebody enters it; CheckYear looks at the days.
type YearForm struct {
	Announced      string          `json:"announced" maxLength:"40" doc:"YYYY-MM-DD"`
	DocumentNumber string          `json:"document_number,omitempty" maxLength:"480"`
	WorkdaysTotal  int             `json:"workdays_total" doc:"As published; the check on the days below"`
	Rest           rules.RestSpans `json:"rest" maxItems:"100" nullable:"false"`
	Work           []string        `json:"work" maxItems:"100" nullable:"false" doc:"Weekend days worked instead, YYYY-MM-DD"`
	Note           string          `json:"note,omitempty" maxLength:"4000"`
}

func (f YearForm) draft(year int) rules.YearDraft {
	return rules.YearDraft{Year: year, Announced: f.Announced, DocumentNumber: f.DocumentNumber, WorkdaysTotal: f.WorkdaysTotal, Rest: f.Rest,
		Work: f.Work, Note: f.Note}
}

type previewYearInput struct {
	Body struct {
		Year int `json:"year" minimum:"1000" maximum:"9999"`
		YearForm
	}
}

func (s *server) previewYear(ctx context.Context, in *previewYearInput) (*Body[rules.YearPreview], error) {
	return answer(rules.PreviewYear(ctx, s.db, s.book, actorOf(ctx), in.Body.draft(in.Body.Year)))
}

type saveYearInput struct {
	Year int `path:"year" minimum:"1000" maximum:"9999"`
	Body struct {
		Version int64 `json:"version" minimum:"0" doc:"Of the entered arrangement the person saw; 0 when there was none"`
		YearForm
	}
}

func (s *server) saveYear(ctx context.Context, in *saveYearInput) (*Body[rules.YearLine], error) {
	return answer(rules.SaveYear(ctx, s.db, s.book, actorOf(ctx), in.Body.draft(in.Year), in.Body.Version))
}
