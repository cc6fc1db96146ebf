package weibo_test

import (
	"errors"
	"strings"
	"testing"

	"govmedia/channels"
	"govmedia/channels/sandbox"
	"govmedia/channels/weibo"
)

func TestCommentsAreReadAnsweredAndTakenAway(t *testing.T) {
	w := newWorld(t, nil)
	job := publishedJob(t, w, newJob(w))
	mid, account, credentials := *job.Of.ExternalID, job.Account, job.Credentials
	if err := w.Happen(sandbox.Event{Type: "weibo.comment", Account: "777", ID: mid, Text: "几点开门？"}); err != nil {
		t.Fatal(err)
	}
	asked, err := w.channel.Comments(t.Context(), account, credentials, mid, "")
	if err != nil || len(asked) != 1 || asked[0].Text != "几点开门？" || asked[0].AuthorID != "777" || asked[0].PostID != mid || asked[0].CreatedAt == 0 {
		t.Fatalf("Comments = %+v, %v", asked, err)
	}
	answered, err := w.channel.WriteComment(t.Context(), account, credentials, mid, asked[0].ID, " 九点。 ")
	if err != nil || answered.ReplyTo != asked[0].ID || answered.Text != "九点。" {
		t.Fatalf("WriteComment = %+v, %v, want an answer", answered, err)
	}
	if _, err := w.channel.WriteComment(t.Context(), account, credentials, mid, "", "补充"); err != nil {
		t.Fatalf("WriteComment: %v", err)
	}
	mine, err := w.channel.CommentsByMe(t.Context(), account, credentials, answered.ID)
	if err != nil || len(mine) != 1 || mine[0].Text != "补充" {
		t.Errorf("CommentsByMe since = %+v, %v, want the later one", mine, err)
	}
	received, err := w.channel.CommentsToMe(t.Context(), account, credentials, "")
	if err != nil || len(received) != 1 || received[0].ID != asked[0].ID {
		t.Errorf("CommentsToMe = %+v, %v", received, err)
	}
	counts, err := w.channel.Counts(t.Context(), account, credentials, []string{mid, "1"})
	if err != nil || len(counts) != 1 || counts[0].ID != mid || counts[0].Comments != 3 {
		t.Errorf("Counts = %+v, %v, want three comments", counts, err)
	}
	if err := w.channel.DeleteComments(t.Context(), account, credentials, []string{asked[0].ID, answered.ID, "1"}); err != nil {
		t.Errorf("DeleteComments: %v", err)
	}
	if left, err := w.channel.Comments(t.Context(), account, credentials, mid, ""); err != nil || len(left) != 1 {
		t.Errorf("Comments = %+v, %v, want one left", left, err)
	}
}

func TestCommentsThatCannotBeWritten(t *testing.T) {
	w := newWorld(t, nil)
	job := publishedJob(t, w, newJob(w))
	mid, account, credentials := *job.Of.ExternalID, job.Account, job.Credentials
	for _, words := range []string{"", " ", strings.Repeat("字", 141)} {
		if _, err := w.channel.WriteComment(t.Context(), account, credentials, mid, "", words); !errors.Is(err, weibo.ErrComment) {
			t.Errorf("WriteComment(%.10q) = %v, want %v", words, err, weibo.ErrComment)
		}
	}
	fault(t, w, sandbox.Fault{Match: sandbox.Match{Path: "/2/comments/create.json"}, Action: sandbox.DropAfter})
	_, err := w.channel.WriteComment(t.Context(), account, credentials, mid, "", "丢失的答复")
	platformError(t, "WriteComment with a lost answer", err, channels.Unclear, "no_answer")
}

func TestStandingTellsWhatThePlatformRemoved(t *testing.T) {
	w := newWorld(t, nil)
	job := publishedJob(t, w, newJob(w))
	mid := *job.Of.ExternalID
	if err := w.channel.Standing(t.Context(), job.Account, job.Credentials, mid); err != nil {
		t.Errorf("Standing: %v", err)
	}
	if err := w.Happen(sandbox.Event{Type: "weibo.remove", ID: mid}); err != nil {
		t.Fatal(err)
	}
	err := w.channel.Standing(t.Context(), job.Account, job.Credentials, mid)
	platformError(t, "Standing", err, channels.ByHand, "20101")
}
