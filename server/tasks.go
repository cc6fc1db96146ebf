package main

import (
	"context"

	"govmedia/articles"
	"govmedia/channels"
	"govmedia/units"
)

// taskList is what waits for a person: articles, and deliveries that somebody must look at.
type taskList struct {
	Articles   []articles.Task  `json:"articles" nullable:"false"`
	Deliveries []channels.Alarm `json:"deliveries" nullable:"false"`
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
	if actor.May(units.ActDeliveries) {
		list.Deliveries, err = channels.Alarms(ctx, s.db, actor, mostAlarms)
	}
	return answer(list, err)
}
