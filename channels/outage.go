package channels

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"govmedia/sql"
)

// AfterOutage is what becomes of deliveries that fell due while no node worked.
type AfterOutage string

// The choices. Nothing goes out late by itself unless somebody chose that.
const (
	AskFirst AfterOutage = "ask"  // each waits for a person
	SendLate AfterOutage = "send" // goes out when it is late by no more than so many minutes, else waits for a person
	DropLate AfterOutage = "drop" // is called off
)

// Policy is what an office wants done after an outage.
type Policy struct {
	AfterOutage   AfterOutage `json:"after_outage" enum:"ask,send,drop"`
	OutageMinutes int         `json:"outage_minutes"` // a shorter standstill is no outage: a restart
	LateMinutes   int         `json:"late_minutes"`   // of send
}

// DefaultPolicy holds where nobody set one.
func DefaultPolicy() Policy { return Policy{AfterOutage: AskFirst, OutageMinutes: 10, LateMinutes: 30} }

const (
	// shortestOutage is the standstill below which no policy is asked.
	shortestOutage = time.Minute

	keepBeats = 7 * 24 * time.Hour // of nodes that are gone
	holdBatch = 500
)

// late is a delivery that fell due in an outage and was never begun.
type late struct {
	ID    string
	DueAt sql.Time
	Path  string // of its account's unit
}

// Beat records that a node works. Before that, when no node gave a sign of life for long, it holds back or drops what fell
// due meanwhile and was never begun, as the office of each account wants it, and returns how many. A node calls it before it
// claims anything, at its start and whenever its last beat is more than a moment ago: so whoever comes back first holds
// everything before anybody can send it.
func Beat(ctx context.Context, db *sql.DB, node string) (int, error) {
	held := 0
	err := db.InTx(ctx, func(tx *sql.DB) error {
		held = 0
		now := tx.Now()
		newest, err := sql.Get[sql.Time](ctx, tx, "heartbeat.newest", nil)
		switch {
		case errors.Is(err, sql.ErrNone):
		case err != nil:
			return err
		case now.Sub(newest) >= shortestOutage:
			if held, err = holdLate(ctx, tx, newest); err != nil {
				return fmt.Errorf("hold what fell due since %s: %w", newest, err)
			}
		}
		alive, err := tx.ExecOne(ctx, "heartbeat.beat", sql.Args{"node": node, "now": now})
		if err != nil || alive {
			return err
		}
		if _, err := tx.Exec(ctx, "heartbeat.insert", sql.Args{"node": node, "now": now}); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "heartbeat.prune", sql.Args{"node": node, "before": now.Add(-keepBeats)})
		return err
	})
	return held, err
}

// holdLate does with each late delivery what its office wants, and returns how many it set aside. What goes out late gets a line
// that says so.
func holdLate(ctx context.Context, tx *sql.DB, began sql.Time) (int, error) {
	list, err := sql.List[late](ctx, tx, "outage.late", sql.Args{"began_at": began, "now": tx.Now()})
	if err != nil || len(list) == 0 {
		return 0, err
	}
	policies, err := sql.List[policyRow](ctx, tx, "delivery_policy.all", nil)
	if err != nil {
		return 0, err
	}
	span := fmt.Sprintf("系统在 %s 至 %s 停机", stamp(began), stamp(tx.Now()))
	var hold, drop []string
	var told []keptStep
	for _, l := range list {
		goes := func(why string) {
			told = append(told, outageStep(tx, l.ID, fmt.Sprintf("%s，期间到了发布时间；%s，现在接着办理，比原定时间晚 %d 分钟。", span, why,
				(tx.Now().Sub(l.DueAt)+time.Minute-1)/time.Minute)))
		}
		switch policy := nearest(policies, l.Path); {
		case tx.Now().Sub(began) < minutes(policy.OutageMinutes):
			goes(fmt.Sprintf("停机不到 %d 分钟，按停机后处理办法不必等人决定", policy.OutageMinutes))
		case policy.AfterOutage == DropLate:
			drop = append(drop, l.ID)
		case policy.AfterOutage == SendLate && tx.Now().Sub(l.DueAt) <= minutes(policy.LateMinutes):
			goes(fmt.Sprintf("按停机后处理办法，晚 %d 分钟以内的自动补发", policy.LateMinutes))
		default:
			hold = append(hold, l.ID)
		}
	}
	outage, err := keepOutage(ctx, tx, began) // first of all: another node that is at it too looks again, and finds nothing to do
	if err != nil {
		return 0, err
	}
	if err := sql.InsertMany(ctx, tx, "delivery_step.insert", told); err != nil {
		return 0, err
	}
	if err := setAside(ctx, tx, hold, outage, Held, "held", span+"，期间到了发布时间，没有发出。"); err != nil {
		return 0, err
	}
	err = setAside(ctx, tx, drop, outage, Cancelled, "dropped", span+"，期间到了发布时间，没有发出，已按主管单位设定的办法作废。")
	return len(hold) + len(drop), err
}

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }

func stamp(at sql.Time) string { return at.Std().Format("01-02 15:04") }

// keepOutage records an outage once, whichever node sees it.
func keepOutage(ctx context.Context, tx *sql.DB, began sql.Time) (string, error) {
	id, err := sql.Get[string](ctx, tx, "outage.of", sql.Args{"began_at": began})
	if !errors.Is(err, sql.ErrNone) {
		return id, err
	}
	id = sql.NewID()
	_, err = tx.Exec(ctx, "outage.insert", sql.Args{"id": id, "began_at": began, "ended_at": tx.Now()})
	if sql.IsDuplicate(err) {
		err = sql.ErrConflict // another node is at it: look again
	}
	return id, err
}

// setAside gives late deliveries their state, and each a line that says why.
func setAside(ctx context.Context, tx *sql.DB, ids []string, outage string, state State, code, advice string) error {
	var ended *sql.Time
	if state == Cancelled {
		ended = tx.Now().Ptr()
	}
	for batch := range slices.Chunk(ids, holdBatch) {
		args := sql.Args{"ids": batch, "state": state, "ended_at": ended, "outage_id": outage, "code": code, "advice": advice, "now": tx.Now()}
		if _, err := tx.Exec(ctx, "delivery.hold", args); err != nil {
			return err
		}
		lines := make([]keptStep, len(batch))
		for i, id := range batch {
			lines[i] = outageStep(tx, id, advice)
		}
		if err := sql.InsertMany(ctx, tx, "delivery_step.insert", lines); err != nil {
			return err
		}
		if err := heldTogether(ctx, tx, batch); err != nil {
			return err
		}
	}
	return nil
}

// keptStep is a step with the delivery it belongs to, as it is inserted.
type keptStep struct {
	DeliveryID string
	Step
}

func outageStep(tx *sql.DB, id, sentence string) keptStep {
	return keptStep{DeliveryID: id, Step: Step{ID: sql.NewID(), At: tx.Now(), Name: "outage", Outcome: Done, Sentence: sentence, Detail: sql.Object{}}}
}

// policyRow is a policy as it is kept.
type policyRow struct {
	UnitID string
	Path   string
	Policy
	Version int64
}

// nearest returns the policy that holds for a unit: its own, or that of the nearest unit above it.
func nearest(policies []policyRow, path string) Policy {
	best, length := DefaultPolicy(), -1
	for _, row := range policies {
		if strings.HasPrefix(path, row.Path) && len(row.Path) > length {
			best, length = row.Policy, len(row.Path)
		}
	}
	return best
}
