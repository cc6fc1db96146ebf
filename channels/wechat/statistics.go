package wechat

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/sql"
)

// The paths of the statistics that WeChat keeps up.
const (
	pathTotalDetail  = "/datacube/getarticletotaldetail"
	pathArticleRead  = "/datacube/getarticleread"
	pathArticleShare = "/datacube/getarticleshare"
	pathBizSummary   = "/datacube/getbizsummary"
	pathUserSummary  = "/datacube/getusersummary"
	pathUserCumulate = "/datacube/getusercumulate"
	pathInterface    = "/datacube/getinterfacesummary"
)

// statisticsHour is from when on WeChat has the figures of the day before.
const statisticsHour = 8

// spanOf is how many days one question may cover.
var spanOf = map[string]int{
	pathTotalDetail: 1, pathArticleRead: 1, pathArticleShare: 1, pathBizSummary: 30, pathUserSummary: 7, pathUserCumulate: 7, pathInterface: 30,
}

// Caller is whose statistics or comments are asked for.
type Caller struct {
	Account     accounts.Account
	Credentials accounts.Credentials
}

// ArticleDetail is an article that was published on a day, with its figures for each day since, up to thirty.
type ArticleDetail struct {
	RefDate     string       `json:"ref_date"` // YYYY-MM-DD, Beijing
	MsgID       string       `json:"msgid"`    // the data id of its message and its place there, from 1: 2247483700_1
	Title       string       `json:"title"`
	URL         string       `json:"content_url"`
	PublishType int          `json:"publish_type"` // 0 sent to followers, 1 without notification
	Days        []ArticleDay `json:"detail_list"`
}

// ArticleDay is what happened to an article on one day. Figures are of people, not of times.
type ArticleDay struct {
	StatDate      string  `json:"stat_date"`
	Readers       int64   `json:"read_user"`
	Sharers       int64   `json:"share_user"`
	Recommenders  int64   `json:"zaikan_user"`
	Likers        int64   `json:"like_user"`
	Comments      int64   `json:"comment_count"`
	Collectors    int64   `json:"collection_user"`
	FinishRate    float64 `json:"read_finish_rate"`
	ActiveSeconds float64 `json:"read_avg_activetime"`
}

// Figures is one row of a statistic, by WeChat's own names. Texts and numbers come as WeChat writes them.
type Figures map[string]any

// Articles returns what an account published on a Beijing day, by whatever way, with the figures so far. Yesterday's are
// there from eight in the morning: before, and while WeChat calls them delayed, the error is of class Retry.
func (c *Channel) Articles(ctx context.Context, of Caller, day time.Time) ([]ArticleDetail, error) {
	var list []ArticleDetail
	err := c.statistic(ctx, of, pathTotalDetail, day, day, func(row json.RawMessage) error {
		var detail ArticleDetail
		if err := json.Unmarshal(row, &detail); err != nil {
			return err
		}
		list = append(list, detail)
		return nil
	})
	return list, err
}

// The statistics below return rows by WeChat's own names, for the Beijing days from begin to end, both included, however
// many questions that takes. The last day can be yesterday, from eight in the morning.

// ArticleReads returns which articles were read on each day, and from where.
func (c *Channel) ArticleReads(ctx context.Context, of Caller, begin, end time.Time) ([]Figures, error) {
	return c.rows(ctx, of, pathArticleRead, begin, end)
}

// ArticleShares returns which articles were shared on each day.
func (c *Channel) ArticleShares(ctx context.Context, of Caller, begin, end time.Time) ([]Figures, error) {
	return c.rows(ctx, of, pathArticleShare, begin, end)
}

// Summary returns the account's totals of each day.
func (c *Channel) Summary(ctx context.Context, of Caller, begin, end time.Time) ([]Figures, error) {
	return c.rows(ctx, of, pathBizSummary, begin, end)
}

// Followers returns how many came and went on each day, by source.
func (c *Channel) Followers(ctx context.Context, of Caller, begin, end time.Time) ([]Figures, error) {
	return c.rows(ctx, of, pathUserSummary, begin, end)
}

// FollowerTotals returns how many followers there were at the end of each day.
func (c *Channel) FollowerTotals(ctx context.Context, of Caller, begin, end time.Time) ([]Figures, error) {
	return c.rows(ctx, of, pathUserCumulate, begin, end)
}

// CallbackFailures returns how many of WeChat's callbacks our server answered on each day, and how many failed.
func (c *Channel) CallbackFailures(ctx context.Context, of Caller, begin, end time.Time) ([]Figures, error) {
	return c.rows(ctx, of, pathInterface, begin, end)
}

func (c *Channel) rows(ctx context.Context, of Caller, path string, begin, end time.Time) ([]Figures, error) {
	list := []Figures{}
	err := c.statistic(ctx, of, path, begin, end, func(row json.RawMessage) error {
		var figures Figures
		if err := json.Unmarshal(row, &figures); err != nil {
			return err
		}
		list = append(list, figures)
		return nil
	})
	return list, err
}

// statistic asks for a span of days in as many questions as WeChat wants, and gives each row to take.
func (c *Channel) statistic(ctx context.Context, of Caller, path string, begin, end time.Time, take func(json.RawMessage) error) error {
	who, err := partyFor(of.Account, of.Credentials)
	if err != nil {
		return err
	}
	from, last := dayOf(begin), dayOf(end)
	if from.After(last) || last.Sub(from) > 366*24*time.Hour || !last.Before(dayOf(c.db.Now().Std())) {
		return ErrPeriodInvalid.On("end")
	}
	if err := c.ready(last); err != nil {
		return err
	}
	for !from.After(last) {
		until := from.AddDate(0, 0, spanOf[path]-1)
		if until.After(last) {
			until = last
		}
		if err := c.ask(ctx, who, path, from, until, take); err != nil {
			return err
		}
		from = until.AddDate(0, 0, 1)
	}
	return nil
}

func (c *Channel) ask(ctx context.Context, who party, path string, from, until time.Time, take func(json.RawMessage) error) error {
	var answer struct {
		List  []json.RawMessage `json:"list"`
		Delay looseFlag         `json:"is_delay"`
	}
	in := map[string]string{"begin_date": from.Format(time.DateOnly), "end_date": until.Format(time.DateOnly)}
	if err := c.post(ctx, who, path, in, &answer); err != nil {
		return err
	}
	if answer.Delay {
		return notReady("is_delay", time.Hour)
	}
	for _, row := range answer.List {
		if err := take(row); err != nil {
			return garbled(request{path: path}, "bad_answer", row)
		}
	}
	return nil
}

// ready refuses to ask for yesterday before eight in the morning: WeChat has nothing then, and counts the question.
func (c *Channel) ready(last time.Time) error {
	now := c.db.Now().Std()
	today := dayOf(now)
	from := today.Add(statisticsHour * time.Hour)
	if last.Before(today.AddDate(0, 0, -1)) || !now.Before(from) {
		return nil
	}
	return notReady("before_eight", from.Sub(now)+10*time.Minute)
}

func notReady(code string, after time.Duration) error {
	return &channels.PlatformError{Code: code, Class: channels.Retry, After: after, Text: "the statistics are not there yet",
		Advice: "统计数据尚未生成，请在早上 8 点以后再看，系统稍后自动重试。"}
}

// dayOf returns the beginning of a Beijing day.
func dayOf(t time.Time) time.Time {
	t = t.In(sql.Beijing)
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, sql.Beijing)
}

// looseFlag reads 0, 1, true and false, as numbers or as texts.
type looseFlag bool

// UnmarshalJSON takes anything but nought, false, null and the empty text for true.
func (f *looseFlag) UnmarshalJSON(raw []byte) error {
	switch strings.Trim(string(raw), `"`) {
	case "0", "false", "null", "":
		*f = false
	default:
		*f = true
	}
	return nil
}
