package main

import (
	"context"
	"slices"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/channels/app"
	"govmedia/channels/wechat"
	"govmedia/channels/weibo"
	"govmedia/units"
)

// AccountAlarms are what people must see to at the platforms, what fails already first.
type AccountAlarms struct {
	Items []channels.AccountAlarm `json:"items" nullable:"false"`
}

// listAccountAlarms asks no platform: it reads what is known of authorisations, certifications, tokens and the servers of apps.
func (s *server) listAccountAlarms(ctx context.Context, _ *struct{}) (*Body[AccountAlarms], error) {
	actor, list := actorOf(ctx), []channels.AccountAlarm{}
	for _, alarms := range []func() ([]channels.AccountAlarm, error){
		func() ([]channels.AccountAlarm, error) { return s.weiboAlarms(ctx, actor) },
		func() ([]channels.AccountAlarm, error) { return wechat.Alarms(ctx, s.db, actor, units.ReadAccounts) },
		func() ([]channels.AccountAlarm, error) { return app.Alarms(ctx, s.db, actor, units.ReadAccounts) },
	} {
		found, err := alarms()
		if err != nil {
			return nil, err
		}
		list = append(list, found...)
	}
	slices.SortStableFunc(list, func(a, b channels.AccountAlarm) int { return rankOf(a.Level) - rankOf(b.Level) })
	return answer(AccountAlarms{Items: list}, nil)
}

func rankOf(level channels.Level) int {
	if level == channels.Bad {
		return 0
	}
	return 1
}

// weiboAlarms are the authorisations at Weibo, in the form that all platforms' alarms have. The last day and what has ended are bad.
func (s *server) weiboAlarms(ctx context.Context, actor units.Actor) ([]channels.AccountAlarm, error) {
	found, err := weibo.Alarms(ctx, s.db, actor, units.ReadAccounts)
	list := []channels.AccountAlarm{}
	for _, one := range found {
		alarm := channels.AccountAlarm{AccountID: one.AccountID, AccountName: one.AccountName, UnitID: one.UnitID, UnitName: one.UnitName,
			Platform: accounts.Weibo, Kind: channels.AlarmAuthorisation, Level: channels.Bad, Code: one.Code, Sentence: one.Alarm.Sentence}
		if one.ExpiresAt > 0 {
			alarm.ExpiresAt = one.ExpiresAt.Ptr()
		}
		if one.Alarm.Level == "7" || one.Alarm.Level == "3" {
			alarm.Level = channels.Warn
		}
		list = append(list, alarm)
	}
	return list, err
}
