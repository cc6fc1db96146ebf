package channels

import (
	"context"
	"slices"
	"time"

	"govmedia/sql"
	"govmedia/units"
)

// HeldOutage is one outage and how many deliveries still wait for a decision because of it.
type HeldOutage struct {
	ID      string   `json:"id"`
	BeganAt sql.Time `json:"began_at"`
	EndedAt sql.Time `json:"ended_at"`
	Total   int      `json:"total"`
}

// HeldList is what fell due in outages and waits for a decision.
type HeldList struct {
	Total   int          `json:"total"`
	Outages []HeldOutage `json:"outages" nullable:"false"`
}

type heldRow struct {
	ID       string
	OutageID *string
	UnitID   string

	SeriesID    *string
	SeriesPlace *int
}

// rides reports whether a held delivery goes where the first of its series goes.
func (r heldRow) rides() bool { return r.SeriesID != nil && r.SeriesPlace != nil && *r.SeriesPlace > 1 }

// named returns the rows that a person named, and with one article of a series all of them.
func named(rows []heldRow, ids []string) []heldRow {
	series := map[string]bool{}
	for _, row := range rows {
		if row.SeriesID != nil && slices.Contains(ids, row.ID) {
			series[*row.SeriesID] = true
		}
	}
	return slices.DeleteFunc(rows, func(r heldRow) bool {
		return !slices.Contains(ids, r.ID) && (r.SeriesID == nil || !series[*r.SeriesID])
	})
}

func heldBy(ctx context.Context, db *sql.DB, actor units.Actor) ([]heldRow, error) {
	return sql.List[heldRow](ctx, db, "delivery.held", sql.Args{"person_id": actor.PersonID, "roles": units.RolesWith(units.ActDeliveries)})
}

// HeldNow counts, by outage, what is held back and the actor may decide about. The deliveries themselves are those of List
// with the queue held.
func HeldNow(ctx context.Context, db *sql.DB, actor units.Actor) (HeldList, error) {
	rows, err := heldBy(ctx, db, actor)
	if err != nil {
		return HeldList{}, err
	}
	list := HeldList{Total: len(rows), Outages: []HeldOutage{}}
	totals := map[string]int{}
	var ids []string
	for _, row := range rows {
		if row.OutageID == nil {
			continue
		}
		if totals[*row.OutageID]++; totals[*row.OutageID] == 1 {
			ids = append(ids, *row.OutageID)
		}
	}
	if len(ids) == 0 {
		return list, nil
	}
	if list.Outages, err = sql.List[HeldOutage](ctx, db, "outage.list", sql.Args{"ids": ids}); err != nil {
		return HeldList{}, err
	}
	for i, outage := range list.Outages {
		list.Outages[i].Total = totals[outage.ID]
	}
	return list, nil
}

// HeldChoice is what becomes of deliveries that are held back.
type HeldChoice string

// The choices.
const (
	SendNow    HeldChoice = "send"
	Reschedule HeldChoice = "reschedule"
	DropHeld   HeldChoice = "cancel"
)

// HeldDecision is a person's decision about some held deliveries, or all.
type HeldDecision struct {
	IDs []string // empty: all that the person may decide about
	Do  HeldChoice
	At  *sql.Time // of Reschedule: the new time
}

// furthestOut is how far ahead a delivery may be put.
const furthestOut = 366 * 24 * time.Hour

// mostDecided bounds what one request may name.
const mostDecided = 1000

// DecideHeld does with held deliveries what a person wants and returns how many it were. The actor holds ActDeliveries for
// the unit of each account or article. What somebody else decided about meanwhile is left as it is. Errors: ErrHeldChoice,
// ErrHeldTime, ErrHeldNone.
func DecideHeld(ctx context.Context, db *sql.DB, actor units.Actor, decision HeldDecision) (int, error) {
	decided := 0
	err := db.InTx(ctx, func(tx *sql.DB) error {
		decided = 0
		due, err := decision.due(tx.Now())
		if err != nil {
			return err
		}
		rows, err := heldBy(ctx, tx, actor)
		if err != nil {
			return err
		}
		if len(decision.IDs) > 0 {
			rows = named(rows, decision.IDs)
		}
		statement := "delivery.decide"
		if decision.Do == DropHeld {
			statement = "delivery.drop_held"
		}
		byUnit := map[string]int{}
		for batch := range slices.Chunk(rows, holdBatch) {
			ids, riders := make([]string, 0, len(batch)), 0
			for _, row := range batch {
				byUnit[row.UnitID]++
				if row.rides() {
					riders++
					continue
				}
				ids = append(ids, row.ID)
			}
			if len(ids) == 0 {
				continue
			}
			result, err := tx.Exec(ctx, statement, sql.Args{"ids": ids, "due_at": due, "now": tx.Now()})
			if err == nil {
				err = heldTogether(ctx, tx, ids)
			}
			if err == nil {
				err = noteDecisions(ctx, tx, actor, decision, ids)
			}
			if err != nil {
				return err
			}
			decided += int(result) + riders
		}
		if decided == 0 {
			return ErrHeldNone
		}
		return auditDecision(ctx, tx, actor, decision, byUnit)
	})
	return decided, err
}

func (d HeldDecision) due(now sql.Time) (sql.Time, error) {
	if len(d.IDs) > mostDecided {
		return 0, ErrHeldChoice.On("ids")
	}
	switch d.Do {
	case SendNow, DropHeld:
		return now, nil
	case Reschedule:
		if d.At == nil || *d.At <= now || *d.At > now.Add(furthestOut) {
			return 0, ErrHeldTime.On("at")
		}
		return *d.At, nil
	}
	return 0, ErrHeldChoice.On("do")
}

// noteDecisions keeps a line of a decision with each delivery.
func noteDecisions(ctx context.Context, tx *sql.DB, actor units.Actor, d HeldDecision, ids []string) error {
	did := map[HeldChoice]string{SendNow: "决定停机后补发", DropHeld: "决定停机后作废"}[d.Do]
	if d.Do == Reschedule {
		did = "决定停机后改期到 " + stamp(*d.At)
	}
	lines := make([]sql.Args, len(ids))
	for i, id := range ids {
		lines[i] = stepRow(tx, id, decision(actor, did))
	}
	return sql.InsertMany(ctx, tx, "delivery_step.insert", lines)
}

func auditDecision(ctx context.Context, tx *sql.DB, actor units.Actor, decision HeldDecision, byUnit map[string]int) error {
	for unitID, total := range byUnit {
		err := units.Audit(ctx, tx, actor, units.Line{UnitID: unitID, Action: "delivery.held_decided", ObjectKind: "unit", ObjectID: unitID,
			Detail: sql.Object{"do": decision.Do, "at": decision.At, "total": total}})
		if err != nil {
			return err
		}
	}
	return nil
}
