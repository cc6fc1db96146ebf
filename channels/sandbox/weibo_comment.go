package sandbox

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of comments.
const (
	wbCommentLimit = 140
	wbCommentPage  = 50
	wbCommentBatch = 20
)

// weiboComment is a comment below a post.
type weiboComment struct {
	ID      int64     `json:"id"`
	UID     string    `json:"uid"`
	PostID  int64     `json:"post_id"`
	ReplyTo int64     `json:"reply_to"` // 0 is a comment on the post itself
	Text    string    `json:"text"`
	Created time.Time `json:"created"`
	Removed bool      `json:"removed"`
}

// weiboComments are the comments that choose says yes to, newest first; those below removed posts are gone with them.
func (s *Sandbox) weiboComments(choose func(*weiboComment, *weiboPost) bool) []*weiboComment {
	out := []*weiboComment{}
	for _, comment := range slices.Backward(s.state.Weibo.Comments) {
		post := s.state.Weibo.post(strconv.FormatInt(comment.PostID, 10))
		if !comment.Removed && post != nil && choose(comment, post) {
			out = append(out, comment)
		}
	}
	return out
}

func weiboCommentsShow(s *Sandbox, c *weiboCall) (any, error) {
	post, err := s.weiboCommented(c)
	if err != nil {
		return nil, err
	}
	return s.weiboCommentList(c, s.weiboComments(func(_ *weiboComment, p *weiboPost) bool { return p == post })), nil
}

func weiboCommentsToMe(s *Sandbox, c *weiboCall) (any, error) {
	return s.weiboCommentList(c, s.weiboComments(func(comment *weiboComment, p *weiboPost) bool {
		return comment.UID != c.user.UID && (p.UID == c.user.UID || s.weiboAuthor(comment.ReplyTo) == c.user.UID)
	})), nil
}

func weiboCommentsByMe(s *Sandbox, c *weiboCall) (any, error) {
	return s.weiboCommentList(c, s.weiboComments(func(comment *weiboComment, _ *weiboPost) bool { return comment.UID == c.user.UID })), nil
}

func weiboCommentsTimeline(s *Sandbox, c *weiboCall) (any, error) {
	return s.weiboCommentList(c, s.weiboComments(func(comment *weiboComment, p *weiboPost) bool {
		return comment.UID == c.user.UID || p.UID == c.user.UID
	})), nil
}

// weiboCommented is the visible post a call is about.
func (s *Sandbox) weiboCommented(c *weiboCall) (*weiboPost, error) {
	if !c.has("id") {
		return nil, &weiboError{code: 10016, text: "miss required parameter (id), see doc for more info."}
	}
	post := s.weiboSeen(c.param("id"), c.now)
	if post == nil {
		return nil, wbErr(20101)
	}
	return post, nil
}

// weiboSeen is a post that readers can see, nil when they cannot.
func (s *Sandbox) weiboSeen(id string, now time.Time) *weiboPost {
	post := s.state.Weibo.post(id)
	if post == nil || now.Before(post.VisibleFrom) {
		return nil
	}
	return post
}

// weiboAuthor is who wrote a comment, "" when there is none such.
func (s *Sandbox) weiboAuthor(id int64) string {
	if comment := s.state.Weibo.comment(strconv.FormatInt(id, 10)); comment != nil {
		return comment.UID
	}
	return ""
}

// comment is the comment with this id that is not removed, nil when there is none.
func (wb *weiboState) comment(id string) *weiboComment {
	for _, comment := range wb.Comments {
		if strconv.FormatInt(comment.ID, 10) == id && !comment.Removed {
			return comment
		}
	}
	return nil
}

// weiboCommentList applies since_id, max_id, page and count.
func (s *Sandbox) weiboCommentList(c *weiboCall, list []*weiboComment) any {
	since, limit := c.number("since_id", 0), c.number("max_id", 0)
	total := len(list)
	list = slices.DeleteFunc(list, func(comment *weiboComment) bool { return comment.ID <= since || limit > 0 && comment.ID > limit })
	count := int(min(max(c.number("count", wbCommentPage), 1), 200))
	comments := []map[string]any{}
	for _, comment := range window(list, (int(max(c.number("page", 1), 1))-1)*count, count) {
		comments = append(comments, s.weiboCommentOf(comment, c))
	}
	return map[string]any{"comments": comments, "hasvisible": false, "previous_cursor": 0, "next_cursor": 0, "total_number": total}
}

// weiboCommentOf is a comment as the API shows it.
func (s *Sandbox) weiboCommentOf(comment *weiboComment, c *weiboCall) map[string]any {
	id := strconv.FormatInt(comment.ID, 10)
	out := map[string]any{
		"created_at": weiboTime(comment.Created), "id": comment.ID, "idstr": id, "mid": id, "text": comment.Text,
		"source": s.weiboSource(""), "user": s.weiboUserOf(s.state.Weibo.Users[comment.UID]),
	}
	if post := s.state.Weibo.post(strconv.FormatInt(comment.PostID, 10)); post != nil {
		out["status"] = s.weiboStatusOf(post, c)
	}
	if to := s.state.Weibo.comment(strconv.FormatInt(comment.ReplyTo, 10)); to != nil {
		out["reply_comment"] = map[string]any{"id": to.ID, "idstr": strconv.FormatInt(to.ID, 10), "text": to.Text}
	}
	return out
}

func weiboCommentsCreate(s *Sandbox, c *weiboCall) (any, error) { return s.weiboWriteComment(c, false) }

func weiboCommentsReply(s *Sandbox, c *weiboCall) (any, error) { return s.weiboWriteComment(c, true) }

// weiboWriteComment checks and keeps a comment; a reply names the comment it answers as cid.
func (s *Sandbox) weiboWriteComment(c *weiboCall, reply bool) (any, error) {
	post, err := s.weiboCommented(c)
	if err != nil {
		return nil, err
	}
	words := c.param("comment")
	switch {
	case !c.has("comment"):
		return nil, &weiboError{code: 10016, text: "miss required parameter (comment), see doc for more info."}
	case strings.TrimSpace(words) == "":
		return nil, wbErr(20008)
	case utf8.RuneCountInString(words) > wbCommentLimit:
		return nil, wbErr(20012)
	}
	if code, ok := markedCode(words, "e"); ok {
		return nil, wbErr(code)
	}
	to := int64(0)
	if reply {
		answered := s.state.Weibo.comment(c.param("cid"))
		if answered == nil || answered.PostID != post.ID {
			return nil, wbErr(20201)
		}
		to = answered.ID
	}
	comment := s.weiboComment(c.user.UID, post, to, words)
	c.Effect = true
	return s.weiboCommentOf(comment, c), nil
}

// weiboComment keeps a comment. Call it with s.mu held.
func (s *Sandbox) weiboComment(uid string, post *weiboPost, to int64, words string) *weiboComment {
	wb := &s.state.Weibo
	wb.LastID += 1 + s.rng.Int64N(1000)
	comment := &weiboComment{ID: wb.LastID, UID: uid, PostID: post.ID, ReplyTo: to, Text: words, Created: s.clock.now()}
	wb.Comments = append(wb.Comments, comment)
	return comment
}

// weiboCommentsDestroy takes away the user's own comments and those below the user's posts.
func weiboCommentsDestroy(s *Sandbox, c *weiboCall) (any, error) {
	ids := strings.Split(c.param("cids"), ",")
	switch {
	case c.param("cids") == "":
		return nil, &weiboError{code: 10016, text: "miss required parameter (cids), see doc for more info."}
	case len(ids) > wbCommentBatch:
		return nil, &weiboError{code: 10017, text: "param cids is not valid!"}
	}
	out := []map[string]any{}
	for _, id := range ids {
		comment := s.state.Weibo.comment(strings.TrimSpace(id))
		if comment == nil {
			continue
		}
		post := s.state.Weibo.post(strconv.FormatInt(comment.PostID, 10))
		if comment.UID != c.user.UID && (post == nil || post.UID != c.user.UID) {
			return nil, wbErr(20202)
		}
		out = append(out, s.weiboCommentOf(comment, c))
		comment.Removed, c.Effect = true, true
	}
	return out, nil
}

// countComments is how many comments stand below a post.
func (wb *weiboState) countComments(post int64) int {
	n := 0
	for _, comment := range wb.Comments {
		if comment.PostID == post && !comment.Removed {
			n++
		}
	}
	return n
}
