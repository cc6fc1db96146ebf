package wechat

import (
	"context"
	"fmt"
	"time"

	"govmedia/accounts"
	"govmedia/channels"
	"govmedia/sql"
)

// What mass/get says of a sending.
const (
	massSent    = "SEND_SUCCESS"
	massSending = "SENDING"
	massFailed  = "SEND_FAIL"
	massDeleted = "DELETE"
)

// WeChat remembers a clientmsgid for a day, and refuses one that comes again within a minute. An administrator who has to
// confirm has half an hour.
const (
	massMemory  = 23 * time.Hour
	massApart   = time.Minute
	massConfirm = 30 * time.Minute
)

// submitMass sends the draft to all followers: once a person has said so, within what WeChat allows, under a name of its
// own by which WeChat recognises a repetition.
func (c *Channel) submitMass(ctx context.Context, job *channels.Job, who party) (channels.Progress, error) {
	mediaID := remoteText(job, "media_id")
	if mediaID == "" {
		return channels.Progress{}, noDraft()
	}
	if err := c.takeSlot(ctx, job); err != nil {
		return channels.Progress{}, err
	}
	if remoteNumber(job, "mass_begun_at") == 0 {
		set(job, "mass_begun_at", int64(c.db.Now()))
	}
	set(job, "mass_asked_at", int64(c.db.Now()))
	if err := save(ctx, job); err != nil {
		return channels.Progress{}, err
	}
	progress, err := c.sendAll(ctx, job, who, mediaID)
	if certainlyNot(err) {
		err = c.massRefused(ctx, job, err)
	}
	return progress, err
}

// massRefused gives back what was taken: WeChat has certainly sent nothing.
func (c *Channel) massRefused(ctx context.Context, job *channels.Job, err error) error {
	if hasCode(err, "45066") { // it came less than a minute ago, so it may have been taken: the same is asked again
		return err
	}
	delete(job.Remote, "mass_begun_at")
	if freeErr := c.freeSlots(ctx, job); freeErr != nil {
		return freeErr
	}
	if !hasCode(err, "45028") {
		return err
	}
	p := *channels.AsPlatformError(err)
	p.After = c.nextPeriod(massPeriod(job.Account))
	return p.Because(err)
}

// certainlyNot reports whether a refused sending has certainly had no effect.
func certainlyNot(err error) bool {
	p := channels.AsPlatformError(err)
	return p != nil && p.Class != channels.Unclear
}

// sendAll makes the call. A repetition that WeChat recognises, and one that waits for the account's administrator, are
// successes.
func (c *Channel) sendAll(ctx context.Context, job *channels.Job, who party, mediaID string) (channels.Progress, error) {
	var answer struct {
		Code      int64     `json:"errcode"`
		MsgID     looseText `json:"msg_id"`
		MsgDataID looseText `json:"msg_data_id"`
	}
	in := map[string]any{"filter": map[string]any{"is_to_all": true}, "mpnews": map[string]string{"media_id": mediaID}, "msgtype": "mpnews",
		"send_ignore_reprint": 0, "clientmsgid": massName(job)}
	if err := c.postAccepting(ctx, who, pathSendAll, in, &answer, 45065, 89504, 89505); err != nil {
		return channels.Progress{}, err
	}
	waiting := answer.Code == 89504 || answer.Code == 89505
	if answer.MsgID == "" && !waiting {
		return channels.Progress{}, garbled(request{path: pathSendAll, submits: true}, "bad_answer", []byte("no msg_id"))
	}
	for key, value := range map[string]looseText{"msg_id": answer.MsgID, "msg_data_id": answer.MsgDataID} {
		if value != "" {
			set(job, key, string(value))
		}
	}
	if remoteNumber(job, "submitted_at") == 0 {
		set(job, "submitted_at", int64(c.db.Now()))
	}
	_ = save(ctx, job) // the sooner the better; when it fails, the caller's own save tells
	if waiting {
		return c.awaitAdministrator(job)
	}
	step(job, "mass/sendall", "微信已受理群发，正在等待结果", sql.Object{"msg_id": remoteText(job, "msg_id"), "msg_data_id": remoteText(job, "msg_data_id")})
	return channels.Progress{Stage: channels.Pending, Next: c.ladder[0]}, nil
}

// massName is what WeChat recognises a sending by: the delivery's own id, and which round it is, since a sending that
// WeChat has ended must be able to begin anew. At most 32 bytes.
func massName(job *channels.Job) string {
	if round := remoteNumber(job, "mass_round"); round > 0 {
		return fmt.Sprintf("%s-%d", job.Delivery.ID, round)
	}
	return job.Delivery.ID
}

// awaitAdministrator waits for the confirmation on the administrator's phone; after half an hour it is too late.
func (c *Channel) awaitAdministrator(job *channels.Job) (channels.Progress, error) {
	since := c.db.Now().Sub(sql.Time(remoteNumber(job, "mass_begun_at")))
	if since > massConfirm+massApart {
		return channels.Progress{}, &channels.PlatformError{Code: "not_confirmed", Class: channels.ByHand, Text: "the administrator has not confirmed within 30 minutes",
			Advice: "公众号管理员没有在 30 分钟内确认，群发没有发出。请联系管理员后重试，或登录公众平台手动群发。"}
	}
	step(job, "mass/sendall", "等待公众号管理员在微信中确认群发（30 分钟内有效）", nil)
	return channels.Progress{Stage: channels.Pending, Next: massApart + 5*time.Second}, nil
}

// findMass weighs a sending whose answer was lost. While WeChat remembers its name, asking again sends nothing twice, so
// the engine may submit it again.
func (c *Channel) findMass(job *channels.Job) (channels.Progress, error) {
	if remoteText(job, "msg_id") != "" {
		return channels.Progress{Stage: channels.Pending, Next: time.Second}, nil
	}
	now := c.db.Now()
	if now.Sub(sql.Time(remoteNumber(job, "mass_begun_at"))) > massMemory {
		return channels.Progress{}, c.tooLong("the answer of a mass sending was lost, and WeChat has forgotten its name")
	}
	if left := massApart + 5*time.Second - now.Sub(sql.Time(remoteNumber(job, "mass_asked_at"))); left > 0 {
		return channels.Progress{Stage: channels.Unsure, Next: left}, nil
	}
	step(job, "mass/sendall", "用同一个编号再问一次，微信按编号识别，不会重复群发", nil)
	return channels.Progress{Stage: channels.Absent}, nil
}

// pollMass asks what became of a sending.
func (c *Channel) pollMass(ctx context.Context, job *channels.Job, who party) (channels.Progress, error) {
	told, err := c.told(ctx, job, remoteText(job, "msg_id"))
	if err != nil {
		return channels.Progress{}, err
	}
	if told != nil && told.Event == eventMass {
		return c.judgeMass(ctx, job, told)
	}
	msgID := remoteText(job, "msg_id")
	if msgID == "" { // the administrator had not confirmed when WeChat last answered
		if _, err := c.awaitAdministrator(job); err != nil {
			return channels.Progress{}, c.massEnded(ctx, job, err)
		}
		progress, err := c.sendAll(ctx, job, who, remoteText(job, "media_id"))
		return progress, c.notFinal(job, err)
	}
	var answer massAnswer
	err = c.post(ctx, who, pathMass, map[string]any{"msg_id": sendID(msgID)}, &answer)
	switch {
	case hasCode(err, "89504", "89505"):
		progress, waitErr := c.awaitAdministrator(job)
		return progress, c.massEnded(ctx, job, waitErr)
	case err != nil:
		return channels.Progress{}, c.notFinal(job, err)
	}
	switch answer.Status {
	case massSent:
		return c.massPublished(job, func(int) string { return "" }), nil
	case massFailed:
		return channels.Progress{}, c.massEnded(ctx, job, massFault("", ""))
	case massDeleted:
		return channels.Progress{}, &channels.PlatformError{Code: "mass_deleted", Class: channels.ByHand, Text: "msg_status DELETE",
			Advice: "群发成功后又被删除，现在读者看不到。如非本单位所为，请登录公众平台核实。"}
	}
	step(job, "mass/get", "微信正在群发，还没有结果", sql.Object{"msg_status": firstRunes(answer.Status, 40)})
	return c.stillPending(job, "msg_status "+firstRunes(answer.Status, 40))
}

// massPublished records a sending that has reached its followers. The address comes with a callback only.
func (c *Channel) massPublished(job *channels.Job, addressOf func(index int) string) channels.Progress {
	index := indexOf(job)
	external, address := massID(remoteText(job, "msg_data_id"), index), addressOf(index)
	set(job, "url", address)
	step(job, "mass/get", "微信群发成功", sql.Object{"msg_id": remoteText(job, "msg_id"), "url": address})
	return channels.Progress{Stage: channels.Published, ExternalID: external, URL: address, Parts: massParts(job, addressOf)}
}

// judgeMass reads the callback of a sending.
func (c *Channel) judgeMass(ctx context.Context, job *channels.Job, told *callback) (channels.Progress, error) {
	event, err := parseEvent([]byte(told.Body))
	if err != nil {
		return channels.Progress{}, c.notFinal(job, garbled(request{path: pathMass}, "bad_callback", nil))
	}
	if event.Status == massCallbackSent {
		return c.massPublished(job, event.massURL), nil
	}
	return channels.Progress{}, c.massEnded(ctx, job, massFault(event.Status, event.faultNumber()))
}

// massFault says why a sending was stopped; WeChat gives a number with its callback, and nothing with mass/get.
func massFault(status, number string) error {
	code, reason := "mass_failed", "没有给出原因"
	if number != "" {
		code, reason = "mass_err_"+firstRunes(number, 20), massFaults[number]
		if reason == "" {
			reason = "原因编号 " + firstRunes(number, 20)
		}
	}
	return &channels.PlatformError{Code: code, Class: channels.Content, Text: "mass sending ended with " + orDefault(firstRunes(status, 100), massFailed),
		Advice: withCode("微信群发失败："+reason+"，文章没有群发出去。请修改后重新送审，或登录公众平台查看原因。", code, "")}
}

// massEnded gives the account's sending back when this one certainly went nowhere, and lets a retry be a new one.
func (c *Channel) massEnded(ctx context.Context, job *channels.Job, err error) error {
	if !hasClass(err, channels.Content, channels.ByHand) {
		return err
	}
	set(job, "mass_round", remoteNumber(job, "mass_round")+1)
	for _, key := range []string{"msg_id", "msg_data_id", "mass_begun_at", "mass_asked_at", "submitted_at"} {
		delete(job.Remote, key)
	}
	if freeErr := c.freeSlots(ctx, job); freeErr != nil {
		return freeErr
	}
	return err
}

// massID is how statistics name an article of a mass sending: the sending's data id and the article's place, from 1.
func massID(msgDataID string, index int) string {
	if msgDataID == "" {
		return ""
	}
	return fmt.Sprintf("%s_%d", msgDataID, index)
}

// isMassID reports whether an external id is one that massID made; ids of published articles have no such form.
func isMassID(id string) bool {
	for i := range len(id) {
		if id[i] == '_' {
			return isDigits(id[:i]) && isDigits(id[i+1:]) && i >= 8
		}
	}
	return false
}

// takeSlot takes one of the account's sendings of the period, or keeps the one that this delivery took before.
func (c *Channel) takeSlot(ctx context.Context, job *channels.Job) error {
	p := massPeriod(job.Account)
	args := sql.Args{"account_id": job.Account.ID, "period": c.db.Now().Std().Format(p.format), "delivery_id": job.Delivery.ID, "taken_at": c.db.Now()}
	type slot struct {
		Slot       int
		DeliveryID string
	}
	rows, err := sql.List[slot](ctx, c.db, "wechat_mass.taken", args)
	if err != nil {
		return fmt.Errorf("read the mass sendings of account %s: %w", job.Account.ID, err)
	}
	taken := map[int]bool{}
	for _, row := range rows {
		if row.DeliveryID == job.Delivery.ID {
			return nil
		}
		taken[row.Slot] = true
	}
	for n := 1; n <= p.most; n++ {
		if taken[n] {
			continue
		}
		args["slot"] = n
		if _, err := c.db.Exec(ctx, "wechat_mass.take", args); err == nil || !sql.IsDuplicate(err) {
			return err
		}
	}
	return &channels.PlatformError{Code: "mass_spent", Class: channels.Quota, After: c.nextPeriod(p), Text: fmt.Sprintf("%d mass sendings of the period are taken", p.most),
		Advice: "本周期群发次数已用完，没有发出，顺延至下个周期。请等待，或改为“发布（不通知）”。"}
}

func (c *Channel) freeSlots(ctx context.Context, job *channels.Job) error {
	if _, err := c.db.Exec(ctx, "wechat_mass.free", sql.Args{"delivery_id": job.Delivery.ID}); err != nil {
		return fmt.Errorf("free the mass sending of delivery %s: %w", job.Delivery.ID, err)
	}
	return nil
}

func (c *Channel) nextPeriod(p period) time.Duration {
	if p.window == channels.PerMonth {
		return untilNextMonth(c.db.Now())
	}
	return channels.UntilTomorrow(c.db.Now())
}

// PreviewTo sends a draft to one person's WeChat, by the name that person has there; WeChat allows a hundred a day.
func (c *Channel) PreviewTo(ctx context.Context, account accounts.Account, credentials accounts.Credentials, mediaID, weChatName string) error {
	who, err := partyFor(account, credentials)
	if err != nil {
		return err
	}
	in := map[string]any{"towxname": weChatName, "mpnews": map[string]string{"media_id": mediaID}, "msgtype": "mpnews"}
	return c.post(ctx, who, pathMassPreview, in, nil)
}
