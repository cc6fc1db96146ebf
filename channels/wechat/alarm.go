package wechat

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"govmedia/channels"
	"govmedia/sql"
	"govmedia/units"
)

// Days before its end at which a certification is spoken of: in time, urgently, as the last call.
const (
	certificationSoon   = 60
	certificationUrgent = 30
	certificationLast   = 7
)

// certificationSays returns how a certification stands that ends at an instant, and the steps that mend it.
func certificationSays(end, now sql.Time) (channels.Level, string) {
	const steps = "请登录公众平台，在“设置与开发—公众号设置—微信认证”办理年审。"
	days := int(math.Floor(end.Sub(now).Hours() / 24))
	last := end.Add(-time.Second).Std().Format("2006年1月2日")
	switch {
	case end <= now:
		return channels.Bad, fmt.Sprintf("微信认证已于 %s到期，草稿和发布接口会被拒绝。%s", last, steps)
	case days == 0:
		return channels.Bad, "微信认证今天到期，明天起草稿和发布接口会被拒绝。" + steps
	case days <= certificationLast:
		return channels.Bad, fmt.Sprintf("微信认证只剩 %d 天（%s到期），审核还要几个工作日，到期后不能发布。请今天就办：%s", days, last, steps)
	case days <= certificationUrgent:
		return channels.Bad, fmt.Sprintf("微信认证还有 %d 天到期（%s），到期后不能发布。请马上办理：%s", days, last, steps)
	case days <= certificationSoon:
		return channels.Warn, fmt.Sprintf("微信认证还有 %d 天到期（%s）。%s", days, last, steps)
	}
	return channels.Fine, fmt.Sprintf("微信认证有效，%s到期。", last)
}

// Alarms returns what is the matter with the WeChat accounts that the actor holds the permission for: certifications that end within
// sixty days or have ended, by the register, grants that ended, and accounts that WeChat gives no token for another reason.
func Alarms(ctx context.Context, db *sql.DB, actor units.Actor, permission units.Permission) ([]channels.AccountAlarm, error) {
	now := db.Now()
	args := sql.Args{"now": now, "before": now.Add(certificationSoon * 24 * time.Hour), "person_id": actor.PersonID,
		"roles": units.RolesWith(permission), "limit": channels.MostAlarms}
	list, err := sql.List[channels.AccountAlarm](ctx, db, "account_alarm.certifications", args)
	if err != nil {
		return nil, fmt.Errorf("list the certifications that end: %w", err)
	}
	for i := range list {
		end := list[i].ExpiresAt.Add(24 * time.Hour) // the register has the last day
		list[i].Kind, list[i].ExpiresAt = channels.AlarmCertification, end.Ptr()
		list[i].Level, list[i].Sentence = certificationSays(end, now)
	}
	blocked, err := sql.List[struct {
		channels.AccountAlarm
		Text    string
		Granted string // the third-party platform; empty where the account has a secret of its own
	}](ctx, db, "account_alarm.blocked", args)
	if err != nil {
		return nil, fmt.Errorf("list the accounts without a token: %w", err)
	}
	grants, err := grantAlarms(ctx, db, args)
	if err != nil {
		return nil, err
	}
	list = append(list, grants...)
	for _, row := range blocked {
		alarm := row.AccountAlarm
		if slices.ContainsFunc(grants, func(g channels.AccountAlarm) bool { return g.AccountID == alarm.AccountID }) {
			continue // that is why
		}
		alarm.Kind, alarm.Level, alarm.Sentence = channels.AlarmBlocked, channels.Bad, blockedSays(alarm.Code, row.Text, row.Granted != "", now)
		list = append(list, alarm)
	}
	return list, nil
}

// blockedSays is why WeChat gives an account no token, and who mends it.
func blockedSays(code, text string, granted bool, now sql.Time) string {
	p := known(code, text, now)
	if granted && slices.Contains(platformCodes, code) {
		p = channels.AsPlatformError(atComponent(p))
	}
	return p.Advice
}
