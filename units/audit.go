package units

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"govmedia/sql"
)

// Action is what an audit line says was done, "noun.verb". An alias, because every package names its own actions and
// this one reads none of them.
type Action = string

// The actions of this package.
const (
	ActionUnitCreate     Action = "unit.create"
	ActionUnitRename     Action = "unit.rename"
	ActionUnitMove       Action = "unit.move"
	ActionUnitMerge      Action = "unit.merge"  // on the chain of the unit that ended
	ActionUnitAbsorb     Action = "unit.absorb" // and of the one that took it in
	ActionUnitClose      Action = "unit.close"
	ActionPersonCreate   Action = "person.create"
	ActionPersonDisable  Action = "person.disable"
	ActionPersonEnable   Action = "person.enable"
	ActionPersonEmail    Action = "person.email"
	ActionPersonPhone    Action = "person.phone"
	ActionRoleGrant      Action = "role.grant"
	ActionRoleRevoke     Action = "role.revoke"
	ActionPasswordChange Action = "password.change"
	ActionPasswordReset  Action = "password.reset"
	ActionSignIn         Action = "session.sign_in"
	ActionSignInRefused  Action = "session.refused"
	ActionSignInLocked   Action = "session.locked"
	ActionSignOut        Action = "session.sign_out"
	ActionSignOutAll     Action = "session.sign_out_everywhere"
	ActionSessionReused  Action = "session.reused"
)

// PlatformChain is the chain of what belongs to no unit. Only a system administrator reads it.
const PlatformChain = "platform"

// Line is what a caller says of a deed; who, when and in which request come from the actor and the transaction.
type Line struct {
	UnitID     string     // whose chain it joins; empty means PlatformChain
	Action     Action     //
	ObjectKind string     // "article", "delivery", …
	ObjectID   string     //
	Detail     sql.Object // figures for a later reader; never a secret, never a text of an article
}

// AuditLine is one line as it is kept. Its hash covers every other field and, through PrevHash, all lines before it.
type AuditLine struct {
	ID         string     `json:"id"`
	Chain      string     `json:"chain"` // the unit's id, or PlatformChain
	Seq        int64      `json:"seq"`   // its place in the chain, from 1
	At         sql.Time   `json:"at"`
	PersonID   string     `json:"person_id"` // empty when the program itself acted
	PersonName string     `json:"person_name"`
	Action     Action     `json:"action"`
	ObjectKind string     `json:"object_kind"`
	ObjectID   string     `json:"object_id"`
	Detail     sql.Object `json:"detail"`
	RequestID  string     `json:"request_id"`
	PrevHash   string     `json:"prev_hash"` // empty on the first line
	Hash       string     `json:"hash"`
}

// storedLine is an AuditLine with the detail as the very text in the column, which is what the hash covers.
type storedLine struct {
	ID         string
	Chain      string
	Seq        int64
	At         sql.Time
	PersonID   string
	PersonName string
	Action     string
	ObjectKind string
	ObjectID   string
	Detail     string
	RequestID  string
	PrevHash   string
	Hash       string
}

type auditHead struct {
	Seq  int64
	Hash string
}

// Audit appends one line to the chain of a unit, in the transaction of the deed it tells of; outside a transaction it
// returns an error. The chain stays locked until the transaction ends, so call it last. A writer that another one
// overtook gets an error that makes InTx run the transaction again.
func Audit(ctx context.Context, tx *sql.DB, actor Actor, line Line) error {
	if !tx.InTransaction() {
		return fmt.Errorf("units: audit %s of %s %s: not in a transaction", line.Action, line.ObjectKind, line.ObjectID)
	}
	if err := appendLine(ctx, tx, actor, line); err != nil {
		return fmt.Errorf("units: audit %s of %s %s: %w", line.Action, line.ObjectKind, line.ObjectID, err)
	}
	return nil
}

func appendLine(ctx context.Context, tx *sql.DB, actor Actor, line Line) error {
	head, err := advance(ctx, tx, line.chain())
	if err != nil {
		return err
	}
	stored, err := line.stored(tx, actor, head)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "audit_line.insert", stored); err != nil {
		return asConflict(err)
	}
	mine, err := tx.ExecOne(ctx, "audit_head.seal", sql.Args{"chain": stored.Chain, "seq": head.Seq, "hash": stored.Hash})
	if err == nil && !mine {
		err = sql.ErrConflict
	}
	return err
}

// chain is the chain that the line joins.
func (line Line) chain() string {
	if line.UnitID == "" {
		return PlatformChain
	}
	return line.UnitID
}

// stored is the line at its place in the chain: head has its number and the hash of the line before it.
func (line Line) stored(tx *sql.DB, actor Actor, head auditHead) (storedLine, error) {
	detail, err := line.Detail.Value()
	if err != nil {
		return storedLine{}, err
	}
	stored := storedLine{
		ID: sql.NewID(), Chain: line.chain(), Seq: head.Seq, At: tx.Now(),
		PersonID: actor.PersonID, PersonName: cut(actor.Name, 60), Action: line.Action,
		ObjectKind: line.ObjectKind, ObjectID: cut(line.ObjectID, 64), Detail: detail.(string),
		RequestID: cut(actor.RequestID, 64), PrevHash: head.Hash,
	}
	stored.Hash = stored.digest()
	return stored, nil
}

// advance takes the next place of the chain before anything is read, so that writers queue at the row instead of
// overtaking each other. The hash it returns is still that of the line before.
func advance(ctx context.Context, tx *sql.DB, chain string) (auditHead, error) {
	args := sql.Args{"chain": chain}
	found, err := tx.ExecOne(ctx, "audit_head.advance", args)
	if err != nil {
		return auditHead{}, err
	}
	if !found {
		_, err := tx.Exec(ctx, "audit_head.insert", args)
		return auditHead{Seq: 1}, asConflict(err)
	}
	return sql.Get[auditHead](ctx, tx, "audit_head.get", args)
}

// asConflict says of a taken key that another writer was faster; other errors come back as they are.
func asConflict(err error) error {
	if sql.IsDuplicate(err) {
		return errors.Join(sql.ErrConflict, err)
	}
	return err
}

// digest is SHA-256 in hex over a fixed word and the fields in their order, each as a netstring ("3:abc,"), so that no
// two lines share a form. Anybody can recompute it from the table.
func (l storedLine) digest() string {
	sum := sha256.New()
	for _, field := range []string{"govmedia-audit-1", l.ID, l.Chain, strconv.FormatInt(l.Seq, 10), strconv.FormatInt(int64(l.At), 10),
		l.PersonID, l.PersonName, l.Action, l.ObjectKind, l.ObjectID, l.Detail, l.RequestID, l.PrevHash} {
		_, _ = fmt.Fprintf(sum, "%d:%s,", len(field), field) // a hash never fails to write
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// cut shortens s to so many characters and replaces bytes that are no UTF-8, which MySQL would refuse.
func cut(s string, most int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most])
	}
	return s
}

// BreakReason is what is wrong with a chain.
type BreakReason string

// The reasons, in the order in which they are looked for.
const (
	HeadMissing  BreakReason = "head_missing"  // no head row: the chain, or its head, was removed
	LineMissing  BreakReason = "line_missing"  // a place of the chain has no line
	LineChanged  BreakReason = "line_changed"  // a line's own hash does not fit its fields
	LinkBroken   BreakReason = "link_broken"   // a line does not carry the hash of the line before it
	HeadDiffers  BreakReason = "head_differs"  // the last line is not the one the head knows
	LineTooMany  BreakReason = "line_too_many" // a line stands behind the head
	lineAccepted BreakReason = ""
)

// Broken is the first place at which a chain does not hold. The zero Broken means that it holds from end to end.
type Broken struct {
	Chain  string      `json:"chain"`
	Seq    int64       `json:"seq"` // the place, from 1; 0 when it is the head
	LineID string      `json:"line_id"`
	Reason BreakReason `json:"reason"`
}

// Intact reports whether nothing is broken.
func (b Broken) Intact() bool { return b.Reason == lineAccepted }

// VerifyChain recomputes a chain line by line, holding one line at a time, and returns the first place that does not
// hold. Lines may be added while it runs. What it cannot see is a chain whose lines and head were all rewritten
// together: keep a copy of the heads elsewhere against that.
func VerifyChain(ctx context.Context, db *sql.DB, chain string) (Broken, error) {
	head, err := sql.Get[auditHead](ctx, db, "audit_head.get", sql.Args{"chain": chain})
	if errors.Is(err, sql.ErrNone) {
		return Broken{Chain: chain, Reason: HeadMissing}, nil
	}
	if err != nil {
		return Broken{}, fmt.Errorf("units: verify chain %s: %w", chain, err)
	}
	walk := chainWalk{head: head}
	err = sql.Each(ctx, db, "audit_line.chain", sql.Args{"chain": chain}, walk.step)
	if errors.Is(err, errWalkEnds) {
		return walk.broken, nil
	}
	if err != nil {
		return Broken{}, fmt.Errorf("units: verify chain %s: %w", chain, err)
	}
	return walk.end(ctx, db, chain)
}

var errWalkEnds = errors.New("units: the chain is broken here")

// chainWalk is how far a chain has been checked.
type chainWalk struct {
	head   auditHead // as it was before the first line was read
	seq    int64
	hash   string
	broken Broken
}

func (w *chainWalk) step(line storedLine) error {
	if reason := w.judge(line); reason != lineAccepted {
		w.broken = Broken{Chain: line.Chain, Seq: line.Seq, LineID: line.ID, Reason: reason}
		return errWalkEnds
	}
	w.seq, w.hash = line.Seq, line.Hash
	return nil
}

func (w *chainWalk) judge(line storedLine) BreakReason {
	switch {
	case line.Seq != w.seq+1:
		return LineMissing
	case line.digest() != line.Hash:
		return LineChanged
	case line.PrevHash != w.hash:
		return LinkBroken
	case line.Seq == w.head.Seq && line.Hash != w.head.Hash:
		return HeadDiffers
	}
	return lineAccepted
}

// end checks the last line against the head: the one read first, and, when lines came since, the present one.
func (w *chainWalk) end(ctx context.Context, db *sql.DB, chain string) (Broken, error) {
	if w.seq < w.head.Seq {
		return Broken{Chain: chain, Seq: w.seq + 1, Reason: LineMissing}, nil
	}
	if w.seq == w.head.Seq {
		return Broken{}, nil
	}
	now, err := sql.Get[auditHead](ctx, db, "audit_head.get", sql.Args{"chain": chain})
	if err != nil {
		return Broken{}, fmt.Errorf("units: verify chain %s: %w", chain, err)
	}
	if now.Seq < w.seq {
		return Broken{Chain: chain, Seq: now.Seq + 1, Reason: LineTooMany}, nil
	}
	return Broken{}, nil
}

// VerifyAll verifies every chain and returns what is broken, one entry for each broken chain; an empty list means that
// all hold. A unit without a chain counts as broken, for its creation is a line.
func VerifyAll(ctx context.Context, db *sql.DB) ([]Broken, error) {
	chains, err := sql.List[string](ctx, db, "audit_head.chains", nil)
	if err != nil {
		return nil, fmt.Errorf("units: verify the chains: %w", err)
	}
	all := []Broken{}
	for _, chain := range chains {
		broken, err := VerifyChain(ctx, db, chain)
		if err != nil {
			return nil, err
		}
		if !broken.Intact() {
			all = append(all, broken)
		}
	}
	return all, nil
}

// AuditFilter narrows a list of audit lines; an empty field narrows nothing.
type AuditFilter struct {
	UnitID     string // exactly this unit
	ObjectKind string
	ObjectID   string
	PersonID   string
	Action     Action
	Since      sql.Time // from this instant on
	Until      sql.Time // before this instant
	Before     string   // the id of the last line of the page before
	Limit      int      // 1 to 200; anything else means 50
}

// ListAudit returns audit lines of the units the actor reaches with ReadAudit, the latest first, one page at a time:
// the next page is asked for with the last id as Before.
func ListAudit(ctx context.Context, db *sql.DB, actor Actor, filter AuditFilter) ([]AuditLine, error) {
	if filter.Until == 0 {
		filter.Until = math.MaxInt64
	}
	if filter.Limit < 1 || filter.Limit > 200 {
		filter.Limit = 50
	}
	withPlatform := 0
	if actor.holdsAnywhere(SystemAdmin) {
		withPlatform = 1
	}
	lines, err := sql.List[AuditLine](ctx, db, "audit_line.list", sql.Args{
		"reader_id": actor.PersonID, "roles": RolesWith(ReadAudit), "with_platform": withPlatform, "platform": PlatformChain,
		"chain": filter.UnitID, "object_kind": filter.ObjectKind, "object_id": filter.ObjectID, "person_id": filter.PersonID,
		"action": filter.Action, "since": filter.Since, "until": filter.Until, "before": filter.Before, "limit": filter.Limit,
	})
	if err != nil {
		return nil, fmt.Errorf("units: list the audit lines: %w", err)
	}
	return lines, nil
}
