package accounts

import (
	"context"

	"govmedia/sql"
)

// smallSubtree is up to how many accounts a subtree is counted row by row: an index range of a few milliseconds, the same
// in a district alone and in a district of the whole country. Larger ones are read from the tallies. Only tests change it.
var smallSubtree = 5000

// mostMarked is how many units with tallies that are behind a reader counts itself; beyond, it counts everything row by row.
const mostMarked = 300

// counting is one subtree as it is added to a sheet.
type counting struct {
	*sheet
	db               *sql.DB
	top              home
	children         map[string]bool // the units right below the top that have lines of their own
	nowSlot          int64
	soonSlot         int64
	rulebooks, rules []string
}

// countUnder adds everything in the subtree of a unit to the sheet: by the units right below it when it is the only root,
// else under the root itself.
func (s *sheet) countUnder(ctx context.Context, db *sql.DB, top home, alone bool) error {
	c := counting{sheet: s, db: db, top: top, children: map[string]bool{}, nowSlot: slotOf(s.now), soonSlot: slotOf(s.now.Add(DueSoon))}
	c.rulebooks, c.rules = updateRules(s.book.Library)
	if err := c.lines(ctx, alone); err != nil {
		return err
	}
	marked, err := sql.List[string](ctx, db, "tally.marked_below", sql.Args{"path": top.Path, "limit": mostMarked + 1})
	if err != nil {
		return err
	}
	size, err := sql.Get[int](ctx, db, "dashboard.size", sql.Args{"path": top.Path, "limit": smallSubtree + 1})
	if err != nil {
		return err
	}
	if size <= smallSubtree || len(marked) > mostMarked {
		return c.live(ctx)
	}
	return c.tallied(ctx, marked)
}

// lines makes the lines of the unit and, when it stands alone, of those right below it.
func (c *counting) lines(ctx context.Context, alone bool) error {
	c.units[c.top.ID] = &UnitCounts{UnitID: c.top.ID, UnitName: c.top.Name, HasBelow: !alone}
	if !alone {
		return nil
	}
	list, err := sql.List[UnitCounts](ctx, c.db, "dashboard.children", sql.Args{"id": c.top.ID})
	for _, unit := range list {
		c.units[unit.UnitID] = &unit
		c.children[unit.UnitID] = true
	}
	return err
}

// line is the unit on whose line something of a unit next below the top stands.
func (c *counting) line(child string) string {
	if c.children[child] {
		return child
	}
	return c.top.ID
}

// live counts the subtree row by row.
func (c *counting) live(ctx context.Context) error {
	cells, err := sql.List[cell](ctx, c.db, "dashboard.live", sql.Args{"path": c.top.Path, "child": len(c.top.Path) + 1, "now": c.now, "soon": c.now.Add(DueSoon),
		"rulebooks": c.rulebooks, "rules": c.rules})
	for _, cell := range cells {
		c.put(cell)
		c.putUnit(c.line(cell.Child), cell)
	}
	return err
}

// tallied puts a large subtree together: what the tallies of the top and of the units right below it say, what these units
// hold themselves, what changed since the tallies were counted, and what the quarters of days leave open.
func (c *counting) tallied(ctx context.Context, marked []string) error {
	if err := c.readTallies(ctx); err != nil {
		return err
	}
	if err := c.readOwn(ctx); err != nil {
		return err
	}
	if err := c.readMarked(ctx, marked); err != nil {
		return err
	}
	late := func(n int64) Counts { return Counts{Stale: n, OK: -n, DueSoon: -n} }
	if err := c.readEdge(ctx, sql.Time(c.nowSlot), c.now, late); err != nil {
		return err
	}
	return c.readEdge(ctx, sql.Time(c.soonSlot), c.now.Add(DueSoon), func(n int64) Counts { return Counts{DueSoon: n} })
}

func (c *counting) readTallies(ctx context.Context) error {
	read := func(ids, kinds []string, put func(cell)) error {
		cells, err := sql.List[cell](ctx, c.db, "dashboard.tallied", sql.Args{"ids": ids, "kinds": kinds, "now_slot": c.nowSlot, "soon_slot": c.soonSlot})
		for _, cell := range cells {
			put(cell)
		}
		return err
	}
	if err := read([]string{c.top.ID}, []string{string(tallyAccount), string(tallyColumn), string(tallyClock)}, c.put); err != nil {
		return err
	}
	kinds := []string{string(tallyAccount)}
	if c.filter.Rulebook != "" {
		kinds = append(kinds, string(tallyClock))
	}
	return read(sortedKeys(c.children), kinds, func(cell cell) { c.putUnit(cell.Child, cell) })
}

// readOwn counts what the top and the units right below it hold themselves, cut where the slots of now and soon begin, as
// the tallies are. Below the top, the tallies have it already. Only under one rulebook do clocks stand on the lines of units.
func (c *counting) readOwn(ctx context.Context) error {
	paths := []string{c.top.Path}
	for _, id := range sortedKeys(c.children) {
		paths = append(paths, c.top.Path+id+"/")
	}
	clockPaths := paths[:1]
	if c.filter.Rulebook != "" {
		clockPaths = paths
	}
	cells, err := sql.List[cell](ctx, c.db, "dashboard.own", sql.Args{"paths": paths, "clock_paths": clockPaths, "now_slot": c.nowSlot, "soon_slot": c.soonSlot,
		"rulebooks": c.rulebooks, "rules": c.rules})
	for _, cell := range cells {
		c.putUnit(cell.Child, cell)
		if cell.Child == c.top.ID {
			c.put(cell)
		}
	}
	return err
}

// readMarked takes away what the units whose tallies are behind added to them, and adds what they hold now.
func (c *counting) readMarked(ctx context.Context, marked []string) error {
	if len(marked) == 0 {
		return nil
	}
	before, err := sharesOf(ctx, c.db, marked)
	if err != nil {
		return err
	}
	now, err := liveShares(ctx, c.db, marked)
	for _, change := range []struct {
		shares map[string]share
		sign   int64
	}{{before, -1}, {now, 1}} {
		for _, share := range change.shares {
			above := ancestors(share.Path)
			for _, tally := range share.Counts {
				cell := c.cellOf(tally, change.sign)
				for _, unit := range above {
					if unit == c.top.ID {
						c.put(cell)
					}
					if c.children[unit] {
						c.putUnit(unit, cell)
					}
				}
			}
		}
	}
	return err
}

// cellOf is a count of a share, times a sign, as a cell.
func (c *counting) cellOf(t tally, sign int64) cell {
	n := sign * t.Total
	cell := cell{Kind: t.Kind, Platform: t.Platform, Rulebook: t.Rulebook, Rule: t.Rule, Counts: Counts{Total: n}}
	switch {
	case t.Slot == slotNoRule:
		cell.NoRule = n
	case t.Slot == slotPending:
		cell.Pending = n
	case t.Slot == slotUnread:
		cell.Unread = n
	case t.Slot < c.nowSlot:
		cell.Stale = n
	case t.Slot < c.soonSlot:
		cell.OK, cell.DueSoon = n, n
	default:
		cell.OK = n
	}
	return cell
}

// readEdge counts what falls due within a part of a quarter of a day, and lets it stand as the function says.
func (c *counting) readEdge(ctx context.Context, from, until sql.Time, as func(n int64) Counts) error {
	cells, err := sql.List[cell](ctx, c.db, "dashboard.edges", sql.Args{"path": c.top.Path, "child": len(c.top.Path) + 1, "from_at": from, "until_at": until,
		"clocks_by_unit": c.filter.Rulebook != "", "rulebooks": c.rulebooks, "rules": c.rules})
	for _, cell := range cells {
		n := cell.Total
		cell.Counts = as(n)
		c.put(cell)
		c.putUnit(c.line(cell.Child), cell)
	}
	return err
}
