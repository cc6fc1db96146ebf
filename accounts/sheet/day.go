package sheet

import (
	"math"
	"strconv"
	"time"
)

// The serial numbers that are taken for days: 1950-01-01 to 2099-12-31 in workbooks that count from 1900.
const (
	firstSerial = 18_264
	lastSerial  = 73_050
	days1904    = 1_462 // between the two ways of counting
)

// Day reads a number as a workbook counts days, and writes it as 2026-03-01, or 2026-03-01 08:30 when it has a time. False for
// anything that is no such number, or whose day is so far off that it is more likely something else.
func (b *Book) Day(text string) (string, bool) {
	serial, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(serial) {
		return "", false
	}
	if b.since1904 {
		serial += days1904
	}
	if serial < firstSerial || serial >= lastSerial+1 {
		return "", false
	}
	minutes := int64(math.Round(serial * 24 * 60))
	// Day 60 is 1900-02-29, which there never was, so everything after it counts from 1899-12-30.
	at := time.Date(1899, time.December, 30, 0, 0, 0, 0, time.UTC).Add(time.Duration(minutes) * time.Minute)
	if at.Hour() == 0 && at.Minute() == 0 {
		return at.Format(time.DateOnly), true
	}
	return at.Format("2006-01-02 15:04"), true
}
