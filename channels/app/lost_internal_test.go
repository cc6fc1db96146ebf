package app

import (
	"errors"
	"testing"

	"govmedia/channels"
	"govmedia/sql"
)

func TestAfterALostAnswerOnlyARefusalIsCertain(t *testing.T) {
	c := New(Config{})
	for class, want := range map[channels.Class]channels.Class{
		channels.Retry: channels.Unclear, channels.Permission: channels.Unclear, channels.Quota: channels.Unclear,
		channels.Defect: channels.Unclear, channels.Unclear: channels.Unclear, channels.Content: channels.Content,
	} {
		lost := &channels.Job{Remote: sql.Object{"lost_since": int64(1)}}
		if got := channels.AsPlatformError(c.afterLoss(lost, &channels.PlatformError{Class: class})); got.Class != want {
			t.Errorf("after a lost answer %s became %s, want %s", class, got.Class, want)
		}
		fresh := &channels.Job{Remote: sql.Object{}}
		if got := channels.AsPlatformError(c.afterLoss(fresh, &channels.PlatformError{Class: class})); got.Class != class {
			t.Errorf("without a lost answer %s became %s", class, got.Class)
		}
	}
	plain := errors.New("plain")
	if got := c.afterLoss(&channels.Job{Remote: sql.Object{"lost_since": int64(1)}}, plain); !errors.Is(got, plain) {
		t.Errorf("a plain error became %v", got)
	}
}
