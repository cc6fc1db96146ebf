package app

import (
	"context"
	"fmt"

	"govmedia/channels"
	"govmedia/sql"
	"govmedia/units"
)

// manyFailures is how many failures in a row are more than a bad moment.
const manyFailures = 3

// Alarms returns the apps, among those that the actor holds the permission for, whose server takes nothing.
func Alarms(ctx context.Context, db *sql.DB, actor units.Actor, permission units.Permission) ([]channels.AccountAlarm, error) {
	rows, err := sql.List[struct {
		channels.AccountAlarm
		Failures int64
		UntilAt  *sql.Time
	}](ctx, db, "account_alarm.refusing", sql.Args{"failures": manyFailures, "person_id": actor.PersonID, "roles": units.RolesWith(permission),
		"limit": channels.MostAlarms})
	if err != nil {
		return nil, fmt.Errorf("list the apps that take nothing: %w", err)
	}
	list := []channels.AccountAlarm{}
	for _, row := range rows {
		alarm := row.AccountAlarm
		alarm.Kind, alarm.Level = channels.AlarmRefusing, channels.Bad
		next := ""
		if row.UntilAt != nil && *row.UntilAt > db.Now() {
			next = "，系统 " + row.UntilAt.Std().Format("15:04") + " 再试"
		}
		alarm.Sentence = fmt.Sprintf("客户端后台连续 %d 次没有接收%s。请到账号页点“发送测试”，并与客户端开发方核对地址和密钥。", row.Failures, next)
		list = append(list, alarm)
	}
	return list, nil
}
