package main

import (
	"context"
	"crypto/x509"
	"fmt"
	"os"

	"govmedia/accounts"
	"govmedia/oversight"
	"govmedia/sql"
	"govmedia/units"
)

// reminderOutside makes the ways out of reminders: the office's mail server, and the guarded client towards bots.
func (n *node) reminderOutside(keys *accounts.Keyring) (*oversight.Outside, error) {
	guard, err := n.guard()
	if err != nil {
		return nil, err
	}
	out := &oversight.Outside{Guard: guard, Client: guard.Webhooks(), Keys: keys, PublicBase: n.config.PublicBase, Log: n.log}
	if n.config.SMTPHost == "" {
		return out, nil
	}
	settings := n.config.smtp()
	if n.config.SMTPCAFile != "" {
		pem, err := os.ReadFile(n.config.SMTPCAFile)
		if err != nil {
			return nil, fmt.Errorf("read GOVMEDIA_SMTP_CA_FILE: %w", err)
		}
		settings.RootCAs = x509.NewCertPool()
		if !settings.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("read GOVMEDIA_SMTP_CA_FILE: no certificate in %s", n.config.SMTPCAFile)
		}
	}
	out.Mail = &settings
	return out, nil
}

// smtp is the mail server as the settings name it.
func (c *Config) smtp() oversight.SMTP {
	return oversight.SMTP{Host: c.SMTPHost, Port: c.SMTPPort, TLS: c.SMTPTLS, Username: c.SMTPUsername, Password: c.SMTPPassword, From: c.SMTPFrom,
		FromName: c.SMTPFromName}
}

// mostNotices bounds the reminders shown among the tasks; the list of reminders shows all.
const mostNotices = 50

type listNoticesInput struct {
	PageQuery
	Unread bool `query:"unread" doc:"Only what is not marked as read"`
}

func (s *server) listNotices(ctx context.Context, in *listNoticesInput) (*Body[Page[oversight.Notice]], error) {
	at, id, err := readCursor(in.Cursor)
	if err != nil {
		return nil, err
	}
	rows, err := oversight.Notices(ctx, s.db, actorOf(ctx), in.Unread, at, id, in.PerPage+1)
	return answer(page(rows, in.PerPage, func(n oversight.Notice) string { return writeCursor(n.SentAt, n.ID) }), err)
}

func (s *server) readNotice(ctx context.Context, in *ByID) (*struct{}, error) {
	return nil, oversight.ReadNotice(ctx, s.db, actorOf(ctx), in.ID)
}

func (s *server) getReminderSettings(ctx context.Context, in *ByUnit) (*Body[oversight.SettingsView], error) {
	return answer(oversight.ReminderSettings(ctx, s.db, actorOf(ctx), in.UnitID))
}

type setRemindersInput struct {
	Body struct {
		UnitID   string             `json:"unit_id" minLength:"16" maxLength:"16"`
		Version  int64              `json:"version" doc:"Of the unit's own settings; 0 where it has none yet"`
		Settings oversight.Settings `json:"settings"`
	}
}

func (s *server) setReminders(ctx context.Context, in *setRemindersInput) (*Body[oversight.SettingsView], error) {
	return answer(oversight.SetReminders(ctx, s.db, actorOf(ctx), in.Body.UnitID, in.Body.Version, in.Body.Settings))
}

type unsetRemindersInput struct {
	ByUnit
	Version int64 `query:"version" required:"true"`
}

func (s *server) unsetReminders(ctx context.Context, in *unsetRemindersInput) (*Body[oversight.SettingsView], error) {
	return answer(oversight.UnsetReminders(ctx, s.db, actorOf(ctx), in.UnitID, in.Version))
}

func (s *server) listHooks(ctx context.Context, in *ByUnit) (*Body[Items[oversight.Hook]], error) {
	items, err := oversight.Hooks(ctx, s.db, actorOf(ctx), in.UnitID)
	return answer(Items[oversight.Hook]{Items: items}, err)
}

type createHookInput struct {
	Body struct {
		UnitID  string             `json:"unit_id" minLength:"16" maxLength:"16"`
		Name    string             `json:"name" maxLength:"60"`
		Kind    oversight.HookKind `json:"kind" enum:"dingtalk,wecom,generic"`
		Below   bool               `json:"below" doc:"It hears of the units below, too"`
		Address string             `json:"address" maxLength:"2000" doc:"Never answered again: it carries a token"`
		Secret  string             `json:"secret,omitempty" maxLength:"200" doc:"Of dingtalk: SEC…; of generic: whsec_…, left out to have one made. Never answered again."`
	}
}

func (s *server) createHook(ctx context.Context, in *createHookInput) (*Body[oversight.MadeHook], error) {
	b := in.Body
	return answer(oversight.CreateHook(ctx, s.db, s.reminders, actorOf(ctx), oversight.NewHook{UnitID: b.UnitID, Name: b.Name, Kind: b.Kind, Below: b.Below,
		Address: b.Address, Secret: b.Secret}))
}

type saveHookInput struct {
	ByID
	Body struct {
		Version int64  `json:"version"`
		Name    string `json:"name" maxLength:"60"`
		Below   bool   `json:"below"`
		Address string `json:"address,omitempty" maxLength:"2000" doc:"Left out: address and secret stay"`
		Secret  string `json:"secret,omitempty" maxLength:"200"`
	}
}

func (s *server) saveHook(ctx context.Context, in *saveHookInput) (*Body[oversight.Hook], error) {
	b := in.Body
	return answer(oversight.SaveHook(ctx, s.db, s.reminders, actorOf(ctx), in.ID, b.Version, oversight.HookChange{Name: b.Name, Below: b.Below,
		Address: b.Address, Secret: b.Secret}))
}

func (s *server) removeHook(ctx context.Context, in *ByVersion) (*struct{}, error) {
	return nil, oversight.RemoveHook(ctx, s.db, actorOf(ctx), in.ID, in.Body.Version)
}

func (s *server) testHook(ctx context.Context, in *ByID) (*struct{}, error) {
	return nil, oversight.TestHook(ctx, s.db, actorOf(ctx), in.ID)
}

func (s *server) listMutes(ctx context.Context, in *ByUnit) (*Body[Items[oversight.Mute]], error) {
	items, err := oversight.Mutes(ctx, s.db, actorOf(ctx), in.UnitID)
	return answer(Items[oversight.Mute]{Items: items}, err)
}

type muteInput struct {
	Body struct {
		UnitID   string   `json:"unit_id" minLength:"16" maxLength:"16"`
		Rulebook string   `json:"rulebook,omitempty" maxLength:"64" doc:"Left out: every one"`
		Section  string   `json:"section,omitempty" maxLength:"32" doc:"Left out: every one"`
		Rule     string   `json:"rule,omitempty" maxLength:"64" doc:"Left out: every one of the section"`
		UntilAt  sql.Time `json:"until_at"`
		Reason   string   `json:"reason" maxLength:"1000"`
	}
}

func (s *server) muteRule(ctx context.Context, in *muteInput) (*Body[oversight.Mute], error) {
	b := in.Body
	return answer(oversight.MuteRule(ctx, s.db, s.book, actorOf(ctx), oversight.NewMute{UnitID: b.UnitID, Rulebook: b.Rulebook, Section: b.Section,
		Rule: b.Rule, UntilAt: b.UntilAt, Reason: b.Reason}))
}

func (s *server) unmute(ctx context.Context, in *ByVersion) (*Body[oversight.Mute], error) {
	return answer(oversight.Unmute(ctx, s.db, actorOf(ctx), in.ID, in.Body.Version))
}

type historyInput struct {
	ByUnit
	PageQuery
	Below   bool                   `query:"below" doc:"The units below it, too"`
	State   oversight.MessageState `query:"state" enum:"waiting,sending,sent,failed,uncertain"`
	Channel oversight.Via          `query:"channel" enum:"app,mail,hook"`
	Kind    oversight.MessageKind  `query:"kind" enum:"due,weekly,test"`
}

func (s *server) listReminderHistory(ctx context.Context, in *historyInput) (*Body[Page[oversight.Message]], error) {
	_, id, err := readCursor(in.Cursor)
	if err != nil {
		return nil, err
	}
	rows, err := oversight.History(ctx, s.db, actorOf(ctx), oversight.MessageFilter{UnitID: in.UnitID, Below: in.Below, State: in.State, Channel: in.Channel,
		Kind: in.Kind, Before: id, Limit: in.PerPage + 1})
	return answer(page(rows, in.PerPage, func(m oversight.Message) string { return writeCursor(m.CreatedAt, m.ID) }), err)
}

type burdenInput struct {
	ByUnit
	Month string `query:"month" maxLength:"7" doc:"2026-03; left out: the present one"`
}

func (s *server) getBurden(ctx context.Context, in *burdenInput) (*Body[oversight.Burden], error) {
	return answer(oversight.BurdenOf(ctx, s.db, actorOf(ctx), in.UnitID, in.Month))
}

func (s *server) getThursday(ctx context.Context, in *ByUnit) (*Body[oversight.WeekList], error) {
	return answer(oversight.Thursday(ctx, s.db, s.book, actorOf(ctx), in.UnitID))
}

type emailView struct {
	Email string `json:"email" doc:"Empty: no reminders by mail"`
}

func (s *server) getEmail(ctx context.Context, _ *struct{}) (*Body[emailView], error) {
	email, err := units.Email(ctx, s.db, actorOf(ctx).PersonID)
	return answer(emailView{Email: email}, err)
}

type setEmailInput struct {
	Body struct {
		Email string `json:"email" maxLength:"200" doc:"Empty: no reminders by mail"`
	}
}

func (s *server) setEmail(ctx context.Context, in *setEmailInput) (*Body[emailView], error) {
	if err := units.SetEmail(ctx, s.db, actorOf(ctx), in.Body.Email); err != nil {
		return nil, err
	}
	return s.getEmail(ctx, nil)
}
