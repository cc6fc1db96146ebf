package oversight

import (
	"context"
	"slices"

	"govmedia/rules"
	"govmedia/sql"
)

// OfflineUse is how often a website went off the net in one calendar year, and how often it may (K10).
type OfflineUse struct {
	Year int `json:"year"`
	Used int `json:"used"` // the matter that is asked about not among them
	Max  int `json:"max"`
}

func checkOffline(ctx context.Context, db *sql.DB, m Matter, book *rules.Rulebook, calendar *rules.Calendar) (*OfflineUse, error) {
	limits := book.TemporaryOffline
	if m.Cause != "" && !slices.Contains(limits.NotCounted, m.Cause) {
		return nil, ErrOfflineCause.On("cause").Under(book.ID, limits.Articles)
	}
	use, err := offlineUse(ctx, db, m, book)
	if err != nil || m.Cause != "" {
		return use, err
	}
	if m.PlannedUntil == nil || *m.PlannedUntil <= m.EventAt {
		return nil, ErrOfflineUntil.On("planned_until")
	}
	longest, err := limits.Back(m.EventAt.Std(), calendar)
	if err != nil {
		return nil, err
	}
	if !longest.Met(m.PlannedUntil.Std()) {
		return nil, ErrOfflineTooLong.Say("计划下线的时间超过规定的最长 %s，最迟 %s 恢复，请修改恢复时间。", limits.MaxDuration, longest).
			On("planned_until").Under(book.ID, limits.Articles)
	}
	if use.Used >= use.Max {
		return nil, ErrOfflineUsedUp.Say("%d 年已用 %d 次，规定每年不超过 %d 次，这个网站不能再临时下线，写明理由也不能放行。请另择时间。", use.Year, use.Used, use.Max).
			On("account_id").Under(book.ID, limits.Articles).With(use)
	}
	return use, nil
}

// offlineUse counts the other times that stand against one that begins with the matter: of its calendar year, unless the
// rulebook is read otherwise (K10, I-ZT-01).
func offlineUse(ctx context.Context, db *sql.DB, m Matter, book *rules.Rulebook) (*OfflineUse, error) {
	rows, err := sql.List[struct {
		ID      string
		EventAt sql.Time
		Cause   string
	}](ctx, db, "matter.of_website", sql.Args{"account_id": *m.AccountID, "section": rules.SectionTemporaryOffline})
	if err != nil {
		return nil, err
	}
	var times []rules.OfflineTime
	for _, row := range rows {
		if row.ID != m.ID {
			times = append(times, rules.OfflineTime{From: row.EventAt.Std(), Approved: true, Cause: row.Cause})
		}
	}
	return &OfflineUse{Year: rules.DateOf(m.EventAt.Std()).Year, Used: book.TemporaryOffline.UsedAround(m.EventAt.Std(), times),
		Max: book.TemporaryOffline.MaxPerYear}, nil
}
