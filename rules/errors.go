package rules

import "govmedia/fault"

// The errors of this package that a person can meet.
var (
	// ErrCalendarPending: the result needs the working days of a year that is not announced or not entered (K16). Nothing
	// may be refused or completed on a guess; show 待日历确认. The fault's Detail is a PendingYear.
	ErrCalendarPending = fault.Define("rules.calendar_pending", fault.Conflict,
		"待日历确认：所需年份的放假调休安排还没有录入，暂时算不出这个日期。请在国务院办公厅公布后更新工作日历。")

	// ErrUnitNotCountable: a period that ends with a day cannot be given in hours.
	ErrUnitNotCountable = fault.Define("rules.unit_not_countable", fault.Invalid,
		"按日结束的期限不能用小时计，请改用日、工作日、周、月或年。")
)

// PendingYear is the Detail of ErrCalendarPending.
type PendingYear struct {
	Year int `json:"year"` // the missing year
}

// pending is ErrCalendarPending for one year.
func pending(year int) error {
	return ErrCalendarPending.
		Say("待日历确认：%d 年的放假调休安排还没有录入，暂时算不出这个日期。请在国务院办公厅公布后更新工作日历。", year).
		With(PendingYear{Year: year})
}
