package main

import (
	"context"

	"govmedia/accounts"
	"govmedia/articles"
	"govmedia/channels"
	"govmedia/oversight"
	"govmedia/units"
)

// taskList is what waits for a person: articles, deliveries that somebody must look at, reminders nobody has marked, and how
// many applications have an open step for that person.
type taskList struct {
	Articles     []articles.Task    `json:"articles" nullable:"false"`
	Deliveries   []channels.Alarm   `json:"deliveries" nullable:"false"`
	Reminders    []oversight.Notice `json:"reminders" nullable:"false"`
	Applications int                `json:"applications"`
}

// mostAlarms bounds the deliveries shown among the tasks; the delivery list shows all.
const mostAlarms = 50

func (s *server) listTasks(ctx context.Context, _ *struct{}) (*Body[taskList], error) {
	actor := actorOf(ctx)
	tasks, err := articles.Tasks(ctx, s.db, s.book, actor)
	if err != nil {
		return nil, err
	}
	list := taskList{Articles: tasks, Deliveries: []channels.Alarm{}}
	if list.Reminders, err = oversight.NoticesToDo(ctx, s.db, actor, mostNotices); err != nil {
		return nil, err
	}
	if list.Applications, err = accounts.AwaitingMe(ctx, s.db, actor); err != nil {
		return nil, err
	}
	if actor.May(units.ActDeliveries) {
		list.Deliveries, err = channels.Alarms(ctx, s.db, actor, mostAlarms)
	}
	return answer(list, err)
}
