package wechat

import (
	"bytes"
	"context"
	"encoding/json"
	"unicode/utf8"

	"govmedia/sql"
)

// The paths of comments.
const (
	pathComments      = "/cgi-bin/comment/list"
	pathCommentOpen   = "/cgi-bin/comment/open"
	pathCommentClose  = "/cgi-bin/comment/close"
	pathCommentElect  = "/cgi-bin/comment/markelect"
	pathCommentUnmark = "/cgi-bin/comment/unmarkelect"
	pathCommentDelete = "/cgi-bin/comment/delete"
	pathReplyAdd      = "/cgi-bin/comment/reply/add"
	pathReplyDelete   = "/cgi-bin/comment/reply/delete"
)

// mostComments is how many comments WeChat lists at a time, at most: fewer than fifty.
const mostComments = 49

// longestReply is how many characters of a reply we pass on; WeChat names no figure and answers 88007 beyond its own.
const longestReply = 600

// CommentKind chooses comments.
type CommentKind int

// The kinds.
const (
	AllComments      CommentKind = 0
	OrdinaryComments CommentKind = 1
	FeaturedComments CommentKind = 2
)

// Place is the article that comments stand under.
type Place struct {
	MsgDataID string // of the delivery's Remote: msg_data_id
	Index     int    // among the articles of its message, from 0
}

// Comment is what a follower wrote under an article.
type Comment struct {
	ID        string   `json:"id"` // WeChat's user_comment_id
	OpenID    string   `json:"open_id"`
	Content   string   `json:"content"`
	Featured  bool     `json:"featured"`
	At        sql.Time `json:"at"`
	Reply     string   `json:"reply"` // empty when the account has not answered
	RepliedAt sql.Time `json:"replied_at"`
}

// Comments returns comments under an article from the begin-th on, at most 49, and how many there are in all.
func (c *Channel) Comments(ctx context.Context, of Caller, at Place, begin int, kind CommentKind) ([]Comment, int64, error) {
	if begin < 0 || kind < AllComments || kind > FeaturedComments {
		return nil, 0, ErrCommentInvalid
	}
	var answer struct {
		Total    int64         `json:"total"`
		Comments []wireComment `json:"comment"`
	}
	err := c.comment(ctx, of, at, pathComments, map[string]any{"begin": begin, "count": mostComments, "type": int(kind)}, &answer)
	if err != nil {
		return nil, 0, err
	}
	list := make([]Comment, 0, len(answer.Comments))
	for _, wire := range answer.Comments {
		list = append(list, wire.comment())
	}
	return list, answer.Total, nil
}

// wireComment is a comment as WeChat writes it. The reply comes as an object or as an array with one.
type wireComment struct {
	ID         looseText       `json:"user_comment_id"`
	OpenID     string          `json:"openid"`
	CreateTime looseText       `json:"create_time"`
	Content    string          `json:"content"`
	Type       looseText       `json:"comment_type"`
	Reply      json.RawMessage `json:"reply"`
}

type wireReply struct {
	Content    string    `json:"content"`
	CreateTime looseText `json:"create_time"`
}

func (w wireComment) comment() Comment {
	out := Comment{ID: string(w.ID), OpenID: w.OpenID, Content: w.Content, Featured: w.Type == "1", At: seconds(w.CreateTime)}
	var replies []wireReply
	switch raw := bytes.TrimSpace(w.Reply); {
	case len(raw) == 0:
	case raw[0] == '[':
		_ = json.Unmarshal(raw, &replies) // a reply that cannot be read is none
	case raw[0] == '{':
		replies = make([]wireReply, 1)
		_ = json.Unmarshal(raw, &replies[0])
	}
	if len(replies) > 0 {
		out.Reply, out.RepliedAt = replies[0].Content, seconds(replies[0].CreateTime)
	}
	return out
}

// seconds reads a time of WeChat's, 0 when it is none.
func seconds(text looseText) sql.Time {
	n, err := json.Number(text).Int64()
	if err != nil || n <= 0 || n > 1<<40 {
		return 0
	}
	return sql.Time(n * 1000)
}

// OpenComments lets readers comment on an article.
func (c *Channel) OpenComments(ctx context.Context, of Caller, at Place) error {
	return c.comment(ctx, of, at, pathCommentOpen, nil, nil)
}

// CloseComments ends that; what stands there stays.
func (c *Channel) CloseComments(ctx context.Context, of Caller, at Place) error {
	return c.comment(ctx, of, at, pathCommentClose, nil, nil)
}

// ElectComment shows a comment to all readers.
func (c *Channel) ElectComment(ctx context.Context, of Caller, at Place, commentID string) error {
	return c.oneComment(ctx, of, at, pathCommentElect, commentID, nil)
}

// UnelectComment takes that back.
func (c *Channel) UnelectComment(ctx context.Context, of Caller, at Place, commentID string) error {
	return c.oneComment(ctx, of, at, pathCommentUnmark, commentID, nil)
}

// DeleteComment deletes a comment for good.
func (c *Channel) DeleteComment(ctx context.Context, of Caller, at Place, commentID string) error {
	return c.oneComment(ctx, of, at, pathCommentDelete, commentID, nil)
}

// Reply answers a comment in the name of the account. WeChat takes one answer to each.
func (c *Channel) Reply(ctx context.Context, of Caller, at Place, commentID, text string) error {
	text = plain(text)
	if n := utf8.RuneCountInString(text); n == 0 || n > longestReply {
		return ErrCommentInvalid.On("content")
	}
	return c.oneComment(ctx, of, at, pathReplyAdd, commentID, map[string]any{"content": text})
}

// DeleteReply takes the answer to a comment back.
func (c *Channel) DeleteReply(ctx context.Context, of Caller, at Place, commentID string) error {
	return c.oneComment(ctx, of, at, pathReplyDelete, commentID, nil)
}

func (c *Channel) oneComment(ctx context.Context, of Caller, at Place, path, commentID string, more map[string]any) error {
	if !isDigits(commentID) {
		return ErrCommentInvalid.On("comment_id")
	}
	in := map[string]any{"user_comment_id": sendID(commentID)}
	for name, value := range more {
		in[name] = value
	}
	return c.comment(ctx, of, at, path, in, nil)
}

func (c *Channel) comment(ctx context.Context, of Caller, at Place, path string, in map[string]any, out any) error {
	who, err := partyFor(of.Account, of.Credentials)
	if err != nil {
		return err
	}
	if !isDigits(at.MsgDataID) || at.Index < 0 || at.Index > 7 {
		return ErrCommentInvalid
	}
	if in == nil {
		in = map[string]any{}
	}
	in["msg_data_id"], in["index"] = sendID(at.MsgDataID), at.Index
	return c.post(ctx, who, path, in, out)
}
