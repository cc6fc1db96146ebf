package accounts

import (
	"context"
	"database/sql/driver"
	"slices"
	"strings"

	"govmedia/sql"
	"govmedia/units"
)

// The dashboard of a province counts hundreds of thousands of accounts. Their due times are therefore tallied: for each
// unit, how many accounts, columns and clocks of the units below it fall due in which quarter of which day. A tally says
// nothing about now, so time makes none wrong; only a change does. Whoever changes something marks the unit in the same
// transaction, and CountTallies counts marked units anew. Until then readers count marked units themselves, so that what
// they answer is exact at any moment.

// tally is one count of a unit's share.
type tally struct {
	Kind     tallyKind `json:"k"`
	Platform Platform  `json:"p"`
	Rulebook string    `json:"b,omitempty"`
	Rule     string    `json:"r,omitempty"`
	Slot     int64     `json:"s"` // when the quarter of a day begins; below 0 there is no due time
	Total    int64     `json:"n"`
}

type tallyKind string

const (
	tallyAccount tallyKind = "account"
	tallyColumn  tallyKind = "column"
	tallyClock   tallyKind = "clock"
)

// The slots of what has no due time.
const (
	slotNoRule  = -1
	slotPending = -2
	slotUnread  = -3
)

// slotLength is a quarter of a day, in milliseconds. The statements in tallies.sql cut by the same length.
const slotLength = 6 * 60 * 60 * 1000

// beijingOffset is what lies between UTC and Beijing, in milliseconds.
const beijingOffset = 8 * 60 * 60 * 1000

// slotOf is the beginning of the quarter of a day in which an instant lies.
func slotOf(at sql.Time) int64 { return int64(at) - (int64(at)+beijingOffset)%slotLength }

// share is what one unit by itself added to the tallies of the units above it.
type share struct {
	UnitID string
	Path   string
	Counts tallies
}

type tallies []tally

// Value implements driver.Valuer.
func (t tallies) Value() (driver.Value, error) { return sql.EncodeJSON([]tally(t)) }

// Scan implements sql.Scanner.
func (t *tallies) Scan(value any) error { return sql.DecodeJSON(value, (*[]tally)(t)) }

// markTallies says that the shares of some units are behind.
func markTallies(ctx context.Context, tx *sql.DB, unitIDs map[string]bool) error {
	if len(unitIDs) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, "tally.mark", sql.Args{"ids": sortedKeys(unitIDs)})
	return err
}

// tallyBatch is how many units one transaction of CountTallies counts.
const tallyBatch = 100

// CountTallies counts the units anew whose tallies are behind, a batch in each transaction, and returns how many units that
// were. It goes once through the tree: a unit that is marked again behind it waits for the next time, so that an import that
// marks without end neither keeps it busy without end nor keeps it from the other units. It may run twice and be killed at any
// point; one node at a time should run it, for two would only wait for each other.
func CountTallies(ctx context.Context, db *sql.DB) (int, error) {
	counted, after := 0, ""
	for ctx.Err() == nil {
		var batch []marked
		err := db.InTx(ctx, func(tx *sql.DB) (err error) {
			batch, err = countBatch(ctx, tx, after)
			return err
		})
		if err != nil {
			return counted, wrap(err, "count tallies")
		}
		if len(batch) == 0 {
			return counted, nil
		}
		counted, after = counted+len(batch), batch[len(batch)-1].Path
	}
	return counted, ctx.Err()
}

// marked is a unit whose tallies are behind.
type marked struct{ UnitID, Path string }

// RebuildTallies marks every unit, for CountTallies to count all anew.
func RebuildTallies(ctx context.Context, db *sql.DB) error {
	_, err := db.Exec(ctx, "tally.mark_all", nil)
	return wrap(err, "mark all tallies")
}

// tallyKey is one row of tallies.
type tallyKey struct {
	unitID string
	tally  // with no total
}

// countBatch counts the next units behind a path.
func countBatch(ctx context.Context, tx *sql.DB, after string) ([]marked, error) {
	batch, err := sql.List[marked](ctx, tx, "tally.marked", sql.Args{"after": after, "limit": tallyBatch})
	if err != nil || len(batch) == 0 {
		return nil, err
	}
	ids := make([]string, len(batch))
	for i, unit := range batch {
		ids[i] = unit.UnitID
	}
	if _, err := tx.Exec(ctx, "tally.hold", sql.Args{"ids": ids}); err != nil {
		return nil, err
	}
	shares, err := sharesOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	live, err := liveShares(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	differences := map[tallyKey]int64{}
	for _, id := range ids {
		before, known := shares[id]
		now := live[id]
		differ(differences, before, -1)
		differ(differences, now, 1)
		if err := keepShare(ctx, tx, now, known); err != nil {
			return nil, err
		}
	}
	if err := addTallies(ctx, tx, differences); err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, "tally.unmark", sql.Args{"ids": ids})
	return batch, err
}

func sharesOf(ctx context.Context, db *sql.DB, ids []string) (map[string]share, error) {
	list, err := sql.List[share](ctx, db, "tally.shares", sql.Args{"ids": ids})
	if err != nil {
		return nil, err
	}
	by := map[string]share{}
	for _, s := range list {
		by[s.UnitID] = s
	}
	return by, nil
}

// liveShares counts what units by themselves hold now.
func liveShares(ctx context.Context, db *sql.DB, ids []string) (map[string]share, error) {
	by := map[string]share{}
	paths, err := units.Paths(ctx, db, ids)
	if err != nil {
		return nil, err
	}
	for id, path := range paths {
		by[id] = share{UnitID: id, Path: path, Counts: tallies{}}
	}
	rows, err := sql.List[struct {
		UnitID string
		tally
	}](ctx, db, "tally.live", sql.Args{"ids": ids})
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		s := by[row.UnitID]
		s.Counts = append(s.Counts, row.tally)
		by[row.UnitID] = s
	}
	return by, nil
}

// differ adds a share, times a sign, to the tallies of the units above the one it belongs to.
func differ(differences map[tallyKey]int64, s share, sign int64) {
	for _, above := range ancestors(s.Path) {
		for _, count := range s.Counts {
			key := tallyKey{unitID: above, tally: count}
			key.Total = 0
			differences[key] += sign * count.Total
		}
	}
}

// ancestors are the units on a path above its last one.
func ancestors(path string) []string {
	ids := strings.Split(strings.TrimSuffix(path, "/"), "/")
	return ids[:len(ids)-1]
}

func keepShare(ctx context.Context, tx *sql.DB, now share, known bool) error {
	if now.UnitID == "" { // the unit is gone; nothing of it is left to keep
		return nil
	}
	name := "tally.share_insert"
	if known {
		name = "tally.share_update"
	}
	_, err := tx.Exec(ctx, name, now)
	return err
}

// manyTallies is from how many counts on it is cheaper to read which of them there are than to try each.
const manyTallies = 1000

func addTallies(ctx context.Context, tx *sql.DB, differences map[tallyKey]int64) error {
	var keys []tallyKey
	touched := map[string]bool{}
	for key, difference := range differences {
		if difference != 0 {
			keys = append(keys, key)
			touched[key.unitID] = touched[key.unitID] || difference < 0
		}
	}
	slices.SortFunc(keys, func(a, b tallyKey) int { return strings.Compare(a.unitID+a.Rule, b.unitID+b.Rule) })
	var known map[tallyKey]bool
	if len(keys) > manyTallies {
		var err error
		if known, err = knownTallies(ctx, tx, sortedKeys(touched)); err != nil {
			return err
		}
	}
	var fresh []tallyRow
	for _, key := range keys {
		row := tallyRow{key.unitID, key.tally}
		row.Total = differences[key]
		changed := false
		if known == nil || known[key] {
			var err error
			if changed, err = tx.ExecOne(ctx, "tally.add", row); err != nil {
				return err
			}
		}
		if !changed {
			fresh = append(fresh, row)
		}
	}
	if err := sql.InsertMany(ctx, tx, "tally.insert", fresh); err != nil {
		return err
	}
	shrunk := slices.DeleteFunc(sortedKeys(touched), func(id string) bool { return !touched[id] })
	if len(shrunk) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, "tally.sweep", sql.Args{"ids": shrunk})
	return err
}

// tallyRow is one row of tallies with its count.
type tallyRow struct {
	UnitID string
	tally
}

// knownTallies are the keys of the counts that some units have.
func knownTallies(ctx context.Context, tx *sql.DB, unitIDs []string) (map[tallyKey]bool, error) {
	rows, err := sql.List[tallyRow](ctx, tx, "tally.known", sql.Args{"ids": unitIDs})
	if err != nil {
		return nil, err
	}
	known := make(map[tallyKey]bool, len(rows))
	for _, row := range rows {
		known[tallyKey{row.UnitID, row.tally}] = true
	}
	return known, nil
}
