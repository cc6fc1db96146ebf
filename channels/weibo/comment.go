package weibo

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/sql"
)

// maxComment is how many characters a comment may have (channels.md §1.4).
const maxComment = 140

// commentsPerPage is Weibo's own.
const commentsPerPage = 50

// Comment is what somebody wrote below a post.
type Comment struct {
	ID        string   `json:"id"`
	PostID    string   `json:"post_id"`  // empty where Weibo does not say
	ReplyTo   string   `json:"reply_to"` // the comment it answers; empty for none
	AuthorID  string   `json:"author_id"`
	Author    string   `json:"author"`
	Text      string   `json:"text"`
	CreatedAt sql.Time `json:"created_at"` // 0 when Weibo's time cannot be read
}

// remark is a comment as Weibo shows it.
type remark struct {
	ID        digits `json:"id"`
	IDText    digits `json:"idstr"`
	Text      string `json:"text"`
	CreatedAt string `json:"created_at"`
	User      struct {
		ID   digits `json:"idstr"`
		Name string `json:"screen_name"`
	} `json:"user"`
	Status *struct {
		ID  digits `json:"idstr"`
		Mid digits `json:"mid"`
	} `json:"status"`
	Reply *struct {
		ID digits `json:"idstr"`
	} `json:"reply_comment"`
}

func (r remark) comment() Comment {
	out := Comment{ID: string(r.IDText), AuthorID: string(r.User.ID), Author: r.User.Name, Text: r.Text}
	if out.ID == "" {
		out.ID = string(r.ID)
	}
	if r.Status != nil {
		if out.PostID = string(r.Status.Mid); out.PostID == "" {
			out.PostID = string(r.Status.ID)
		}
	}
	if r.Reply != nil {
		out.ReplyTo = string(r.Reply.ID)
	}
	if at, err := time.Parse(time.RubyDate, r.CreatedAt); err == nil {
		out.CreatedAt = sql.FromStd(at)
	}
	return out
}

// Comments returns the comments below one post that are newer than the comment since (empty: the newest fifty), newest first. The call is
// optional: with 80 of the day's 100 used it fails. Errors are *channels.PlatformError.
func (c *Channel) Comments(ctx context.Context, account accounts.Account, credentials accounts.Credentials, mid, since string) ([]Comment, error) {
	return c.comments(ctx, who{account, credentials}, "/2/comments/show.json", url.Values{"id": {mid}}, since)
}

// CommentsToMe returns the comments that an account received, as Comments does.
func (c *Channel) CommentsToMe(ctx context.Context, account accounts.Account, credentials accounts.Credentials, since string) ([]Comment, error) {
	return c.comments(ctx, who{account, credentials}, "/2/comments/to_me.json", url.Values{}, since)
}

// CommentsByMe returns the comments that an account wrote, as Comments does.
func (c *Channel) CommentsByMe(ctx context.Context, account accounts.Account, credentials accounts.Credentials, since string) ([]Comment, error) {
	return c.comments(ctx, who{account, credentials}, "/2/comments/by_me.json", url.Values{}, since)
}

func (c *Channel) comments(ctx context.Context, as who, path string, form url.Values, since string) ([]Comment, error) {
	form.Set("count", strconv.Itoa(commentsPerPage))
	if since != "" {
		form.Set("since_id", since)
	}
	var list struct {
		Comments []remark `json:"comments"`
	}
	failure := c.ask(ctx, as, request{method: http.MethodGet, base: c.cfg.APIBase, path: path, form: form, most: optionalCalls}, &list)
	if failure != nil {
		return nil, failure
	}
	out := []Comment{}
	for _, r := range list.Comments {
		if found := r.comment(); found.ID != "" {
			out = append(out, found)
		}
	}
	return out, nil
}

// WriteComment writes a comment below a post of ours, or an answer to a comment when to is not empty. It is not repeated by itself: an
// error of class Unclear says that it may be there. Errors: ErrComment, *channels.PlatformError.
func (c *Channel) WriteComment(ctx context.Context, account accounts.Account, credentials accounts.Credentials, mid, to, words string) (Comment, error) {
	words = strings.TrimSpace(words)
	if words == "" || utf8.RuneCountInString(words) > maxComment {
		return Comment{}, ErrComment.On("text")
	}
	rip, failure := c.operator(&channels.Job{})
	if failure != nil {
		return Comment{}, failure
	}
	req := request{method: http.MethodPost, base: c.cfg.APIBase, path: "/2/comments/create.json", posting: true, most: dailyCalls,
		form: url.Values{"id": {mid}, "comment": {words}, "rip": {rip}}}
	if to != "" {
		req.path = "/2/comments/reply.json"
		req.form.Set("cid", to)
	}
	var written remark
	if failure = c.ask(ctx, who{account, credentials}, req, &written); failure != nil {
		return Comment{}, failure
	}
	out := written.comment()
	if out.ID == "" {
		return Comment{}, unreadable(http.StatusOK, true)
	}
	if out.PostID == "" {
		out.PostID = mid
	}
	return out, nil
}

// DeleteComments takes comments of an account, or below its posts, away. Ones that are gone already do no harm. Errors are
// *channels.PlatformError.
func (c *Channel) DeleteComments(ctx context.Context, account accounts.Account, credentials accounts.Credentials, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	var gone []remark
	failure := c.ask(ctx, who{account, credentials}, request{method: http.MethodPost, base: c.cfg.APIBase, path: "/2/comments/destroy_batch.json",
		most: dailyCalls, form: url.Values{"cids": {strings.Join(ids, ",")}}}, &gone)
	if failure != nil {
		return failure
	}
	return nil
}

// PostCounts is how a post was received.
type PostCounts struct {
	ID       string `json:"id"`
	Comments int64  `json:"comments"`
	Reposts  int64  `json:"reposts"`
	Likes    int64  `json:"likes"`
}

// maxCounted is how many posts one call may ask about.
const maxCounted = 100

// Counts returns reposts, comments and likes of up to a hundred posts, in one optional call; what Weibo does not show is left out. Errors are
// *channels.PlatformError.
func (c *Channel) Counts(ctx context.Context, account accounts.Account, credentials accounts.Credentials, ids []string) ([]PostCounts, error) {
	if len(ids) == 0 {
		return []PostCounts{}, nil
	}
	var list []struct {
		ID       digits      `json:"id"`
		IDText   digits      `json:"idstr"`
		Comments wholeNumber `json:"comments"`
		Reposts  wholeNumber `json:"reposts"`
		Likes    wholeNumber `json:"attitudes"`
	}
	failure := c.ask(ctx, who{account, credentials}, request{method: http.MethodGet, base: c.cfg.APIBase, path: "/2/statuses/count.json", most: optionalCalls,
		form: url.Values{"ids": {strings.Join(ids[:min(len(ids), maxCounted)], ",")}}}, &list)
	if failure != nil {
		return nil, failure
	}
	out := []PostCounts{}
	for _, row := range list {
		id := string(row.IDText)
		if id == "" {
			id = string(row.ID)
		}
		out = append(out, PostCounts{ID: id, Comments: int64(row.Comments), Reposts: int64(row.Reposts), Likes: int64(row.Likes)})
	}
	return out, nil
}

// Standing asks whether a post of ours is still there, in one optional call. An error of class ByHand with code 20101 says that it was
// removed on the platform; other *channels.PlatformError that it could not be asked.
func (c *Channel) Standing(ctx context.Context, account accounts.Account, credentials accounts.Credentials, mid string) error {
	var p post
	failure := c.ask(ctx, who{account, credentials}, request{method: http.MethodGet, base: c.cfg.APIBase, path: "/2/statuses/show.json", most: optionalCalls,
		form: url.Values{"id": {mid}}}, &p)
	if failure == nil && p.id() == "" { // Weibo shows nothing to whom the author did not authorise
		failure = unreadable(http.StatusOK, false)
	}
	if failure != nil {
		return failure
	}
	return nil
}
