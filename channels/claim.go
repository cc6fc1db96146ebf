package channels

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"govmedia/accounts"
	"govmedia/sql"
)

// patience is how long a delivery lets an earlier one of its account go first that is to be tried again later.
const patience = 10 * time.Minute

// Lane is what is due of one account and goes one after the other, the next one first. Whatever may go at any time is a lane
// of its own.
type Lane struct {
	Key string // the account, or the delivery that waits for no other
	IDs []string
}

// Due returns the heads of DueLanes: the ids of at most limit deliveries to work on now.
func Due(ctx context.Context, db *sql.DB, limit int) ([]string, error) {
	lanes, err := DueLanes(ctx, db, limit, 1)
	var ids []string
	for _, lane := range lanes {
		ids = append(ids, lane.IDs[0])
	}
	return ids, err
}

// DueLanes returns at most limit lanes of deliveries to work on now: retractions first; then what was submitted, so that behind
// many that are to be sent the rows still come to say soon what is public, but not more than half; then what is to be sent,
// at most deep of each account. Of each kind those that waited longest come first. It takes no lock; a claim decides whose each
// delivery is. Where the head of a lane is not to be had, or does not get as far as its platform, the rest must not go either.
func DueLanes(ctx context.Context, db *sql.DB, limit, deep int) ([]Lane, error) {
	urgent, err := DueUrgent(ctx, db, limit)
	if err != nil || len(urgent) == limit {
		return Alone(urgent), err
	}
	now := db.Now()
	asked, err := sql.List[string](ctx, db, "delivery.due_asked", sql.Args{"now": now, "limit": (limit - len(urgent) + 1) / 2})
	if err != nil {
		return nil, err
	}
	lanes := Alone(append(urgent, asked...))
	heads, err := sql.List[inLane](ctx, db, "delivery.due", sql.Args{"now": now, "patient": now.Add(-patience), "limit": limit - len(lanes)})
	if err != nil {
		return nil, err
	}
	behind, err := behindHeads(ctx, db, now, heads, deep)
	for _, head := range heads {
		lanes = append(lanes, Lane{head.AccountID, append([]string{head.ID}, behind[head.AccountID]...)})
	}
	return lanes, err
}

type inLane struct{ ID, AccountID string }

// behindHeads returns by account what is due behind the first one, in its order.
func behindHeads(ctx context.Context, db *sql.DB, now sql.Time, heads []inLane, deep int) (map[string][]string, error) {
	if deep < 2 || len(heads) == 0 {
		return nil, nil
	}
	accountIDs := make([]string, len(heads))
	for i, head := range heads {
		accountIDs[i] = head.AccountID
	}
	rows, err := sql.List[inLane](ctx, db, "delivery.due_behind", sql.Args{"account_ids": accountIDs, "now": now, "deep": deep})
	behind := map[string][]string{}
	for _, row := range rows {
		behind[row.AccountID] = append(behind[row.AccountID], row.ID)
	}
	return behind, err
}

// Alone makes each delivery a lane of its own.
func Alone(ids []string) []Lane {
	lanes := make([]Lane, len(ids))
	for i, id := range ids {
		lanes[i] = Lane{id, []string{id}}
	}
	return lanes
}

// DueUrgent returns the ids of at most limit retractions to work on now, those that waited longest first.
func DueUrgent(ctx context.Context, db *sql.DB, limit int) ([]string, error) {
	return sql.List[string](ctx, db, "delivery.due_urgent", sql.Args{"now": db.Now(), "limit": limit})
}

// NextDue returns when the next delivery falls due after now, and false when none is waiting.
func NextDue(ctx context.Context, db *sql.DB) (sql.Time, bool, error) {
	next, err := sql.Get[sql.Time](ctx, db, "delivery.next", sql.Args{"now": db.Now()})
	if errors.Is(err, sql.ErrNone) {
		return 0, false, nil
	}
	return next, err == nil, err
}

// Claimed is a delivery in the hands of the one worker that may work on it, with what was read along with it.
type Claimed struct {
	Delivery
	message Message
	account accounts.Bound
	traffic traffic
}

// Claim takes a delivery for lease and returns it with Holder set, or false when another worker was faster. A claim is
// two columns and no state, so after a crash the state is still true and the next claimer goes on from it.
func Claim(ctx context.Context, db *sql.DB, id string, lease time.Duration) (Claimed, bool, error) {
	claimed, err := ClaimAll(ctx, db, []string{id}, lease)
	if err != nil || len(claimed) == 0 {
		return Claimed{}, false, err
	}
	return claimed[0], true, nil
}

// ClaimAll is Claim for several, with as many statements as for one. It returns those that were to be had, in their order.
func ClaimAll(ctx context.Context, db *sql.DB, ids []string, lease time.Duration) ([]Claimed, error) {
	holder := sql.NewID() // new for each claim: a worker that lost its lease can save nothing any more
	if err := take(ctx, db, ids, holder, lease); err != nil {
		return nil, err
	}
	return taken(ctx, db, ids, holder)
}

// ClaimInTurn is ClaimAll for the worker of out, once out writes nothing else: free tells then which deliveries there are
// performers for.
func ClaimInTurn(ctx context.Context, db *sql.DB, out *Outside, free func() []string) ([]Claimed, error) {
	holder := sql.NewID()
	ids, err := takeInTurn(ctx, db, out, free, holder)
	if err != nil {
		return nil, err
	}
	return taken(ctx, db, ids, holder)
}

func takeInTurn(ctx context.Context, db *sql.DB, out *Outside, free func() []string, holder string) ([]string, error) {
	out.turn.Lock()
	defer out.turn.Unlock()
	ids := free()
	return ids, take(ctx, db, ids, holder, out.Pace.Lease)
}

func take(ctx context.Context, db *sql.DB, ids []string, holder string, lease time.Duration) error {
	_, err := db.Exec(ctx, "delivery.claim", sql.Args{"ids": ids, "holder": holder, "now": db.Now(), "until": db.Now().Add(lease)})
	return err
}

// taken returns those of some deliveries that the holder took.
func taken(ctx context.Context, db *sql.DB, ids []string, holder string) ([]Claimed, error) {
	deliveries, err := sql.List[Delivery](ctx, db, "delivery.claimed", sql.Args{"ids": ids, "holder": holder})
	if err != nil || len(deliveries) == 0 {
		return nil, err
	}
	slices.SortFunc(deliveries, func(a, b Delivery) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	claimed := make([]Claimed, len(deliveries))
	for i, delivery := range deliveries {
		claimed[i].Delivery = delivery
	}
	if err := readAlong(ctx, db, claimed); err != nil {
		return nil, err // the leases run out, and somebody tries again
	}
	return claimed, nil
}

// readAlong reads what performing the deliveries begins with.
func readAlong(ctx context.Context, db *sql.DB, claimed []Claimed) error {
	var messageIDs, accountIDs []string
	for _, c := range claimed {
		messageIDs, accountIDs = append(messageIDs, c.MessageID), append(accountIDs, c.AccountID)
	}
	messages, err := sql.List[Message](ctx, db, "message.get_all", sql.Args{"ids": compact(messageIDs)})
	if err != nil {
		return fmt.Errorf("read the messages of claimed deliveries: %w", err)
	}
	bound, err := accounts.LoadBound(ctx, db, compact(accountIDs))
	if err != nil {
		return err
	}
	for i := range claimed {
		c := &claimed[i]
		place := slices.IndexFunc(messages, func(m Message) bool { return m.ID == c.MessageID })
		account, found := bound[c.AccountID]
		if place < 0 || !found {
			return fmt.Errorf("delivery %s has no message or account: %w", c.ID, sql.ErrNone)
		}
		c.message, c.account = messages[place], account
	}
	return readTraffic(ctx, db, claimed)
}

// compact returns the different ones of some ids, sorted.
func compact(ids []string) []string {
	slices.Sort(ids)
	return slices.Compact(ids)
}
