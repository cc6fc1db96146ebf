package units

import (
	"cmp"
	"context"
	"errors"
	"time"

	"govmedia/sql"
)

// How long sign-ins last and how many wrong passwords they bear. These are our own figures, no regulation's.
const (
	SessionIdle  = 12 * time.Hour     // a session not refreshed for so long is over
	SessionLife  = 7 * 24 * time.Hour // and in any case so long after signing in
	RefreshGrace = 30 * time.Second   // the previous refresh secret still answers, for lost answers and second tabs
	MaxAttempts  = 10                 // wrong passwords in a row until the person is locked
	LockFor      = 15 * time.Minute
)

// Session is one sign-in of one person on one device.
type Session struct {
	ID        string    `json:"id"`
	PersonID  string    `json:"person_id"`
	Address   string    `json:"address"`
	Agent     string    `json:"agent"`
	CreatedAt sql.Time  `json:"created_at"`
	UsedAt    sql.Time  `json:"used_at"` // when the refresh secret was last exchanged
	ExpiresAt sql.Time  `json:"expires_at"`
	RevokedAt *sql.Time `json:"revoked_at"`
}

// over reports whether the session no longer answers at the time given.
func (s Session) over(now sql.Time) bool {
	return s.RevokedAt != nil || now >= s.ExpiresAt || now >= s.UsedAt.Add(SessionIdle)
}

type sessionRow struct {
	Session
	SecretHash   string
	PreviousHash *string
}

// SignInInput is what somebody types, and where it came from.
type SignInInput struct {
	Username  string
	Password  string
	Address   string // of the client, for the session list and the audit line
	Agent     string // the browser's own name
	RequestID string
}

// SignedIn is a session with the two things the client keeps.
type SignedIn struct {
	Session       Session
	Person        Person
	Secret        string   // the refresh secret; it works once, see Refresh
	Access        string   // the access token
	AccessExpires sql.Time //
}

// credentials is the part of a person that signing in needs.
type credentials struct {
	ID           string
	Username     string
	Name         string
	PasswordHash string
	MustChange   bool
	LockedUntil  *sql.Time
	DisabledAt   *sql.Time
}

// SignIn opens a session. A name nobody has and a wrong password give the same answer in the same time
// (ErrWrongPassword); MaxAttempts wrong ones in a row lock the person for LockFor, even against the right password
// (ErrLocked, with the time in the sentence); ErrBusy when too many sign in at once; ErrDisabled after the right password
// of a disabled person. Person.MustChange then asks for a new password first.
func SignIn(ctx context.Context, db *sql.DB, keys Keys, in SignInInput) (SignedIn, error) {
	if len(in.Password) > 4*maxPassword || len(in.Username) > 4*maxUsername {
		return SignedIn{}, ErrWrongPassword
	}
	person, err := sql.Get[credentials](ctx, db, "person.credentials_named", sql.Args{"username": cleanUsername(in.Username)})
	if errors.Is(err, sql.ErrNone) {
		if err := spendHash(ctx, in.Password); err != nil {
			return SignedIn{}, wrap(err, "sign in")
		}
		return SignedIn{}, ErrWrongPassword
	}
	if err != nil {
		return SignedIn{}, wrap(err, "sign in")
	}
	hash, err := prove(ctx, db, person, in.Password, in.RequestID, in.Address)
	if err != nil {
		return SignedIn{}, wrap(err, "sign in %s", person.ID)
	}
	if person.DisabledAt != nil {
		err := auditAttempt(ctx, db, person.ID, ActionSignInRefused, in.RequestID, sql.Object{"address": in.Address, "reason": "disabled"})
		return SignedIn{}, cmp.Or(err, error(ErrDisabled))
	}
	return openSession(ctx, db, keys, person, hash, in)
}

// prove returns nil when the password is the person's, and the hash to keep from now on: the same, or one under raised
// parameters. Each try is counted before it is looked at, so that guesses sent side by side are counted too.
func prove(ctx context.Context, db *sql.DB, person credentials, password, requestID, address string) (string, error) {
	if err := hashing.enter(ctx); err != nil {
		return "", err
	}
	right, hash, err := tryPassword(ctx, db, person, password)
	hashing.leave()
	if err != nil || right {
		return hash, err
	}
	return "", refuse(ctx, db, person, requestID, address)
}

func tryPassword(ctx context.Context, db *sql.DB, person credentials, password string) (bool, string, error) {
	now := db.Now()
	counted, err := db.ExecOne(ctx, "person.count_attempt", sql.Args{"id": person.ID, "most": MaxAttempts, "until": now.Add(LockFor), "now": now})
	if err != nil {
		return false, "", err
	}
	if !counted {
		return false, "", lockedFault(ctx, db, person.ID)
	}
	right, outdated, err := matchPassword(password, person.PasswordHash)
	if err != nil || !right {
		return false, "", err
	}
	if outdated {
		return true, newHash(password), nil
	}
	return true, person.PasswordHash, nil
}

// refuse writes the audit line of a wrong password and returns the fault: ErrLocked when it was one too many.
func refuse(ctx context.Context, db *sql.DB, person credentials, requestID, address string) error {
	fault := lockedFault(ctx, db, person.ID)
	action := ActionSignInRefused
	if errors.Is(fault, ErrLocked) {
		action = ActionSignInLocked
	}
	err := auditAttempt(ctx, db, person.ID, action, requestID, sql.Object{"address": address})
	return cmp.Or(err, fault)
}

// auditAttempt writes the line of a sign-in that was refused, in the name of the program: nobody has proven to be anybody.
func auditAttempt(ctx context.Context, db *sql.DB, personID string, action Action, requestID string, detail sql.Object) error {
	nobody := System
	nobody.RequestID = requestID
	return db.InTx(ctx, func(tx *sql.DB) error { return auditPerson(ctx, tx, nobody, personID, action, detail) })
}

// lockedFault returns ErrLocked with the time at which the lock ends, ErrWrongPassword when there is no lock.
func lockedFault(ctx context.Context, db *sql.DB, personID string) error {
	until, err := sql.Get[*sql.Time](ctx, db, "person.locked_until", sql.Args{"id": personID})
	if err != nil {
		return err
	}
	if until == nil || *until <= db.Now() {
		return ErrWrongPassword
	}
	return ErrLocked.Say("密码连续输错 %d 次，账号已锁定，请在 %s 以后再试；忘记密码请联系管理员重置。",
		MaxAttempts, until.Add(time.Minute-time.Millisecond).Std().Format("1月2日 15:04")).
		With(map[string]any{"locked_until": *until})
}

func openSession(ctx context.Context, db *sql.DB, keys Keys, person credentials, hash string, in SignInInput) (SignedIn, error) {
	var session Session
	var secret string
	actor := Actor{PersonID: person.ID, Name: person.Name, Username: person.Username, RequestID: in.RequestID}
	err := db.InTx(ctx, func(tx *sql.DB) error {
		mine, err := tx.ExecOne(ctx, "person.signed_in", sql.Args{"id": person.ID, "password_hash": person.PasswordHash, "raised": hash})
		if err != nil {
			return err
		}
		if !mine {
			return ErrWrongPassword // changed or disabled since it was read
		}
		now := tx.Now()
		session = Session{ID: sql.NewID(), PersonID: person.ID, Address: cut(in.Address, 64), Agent: cut(in.Agent, 200),
			CreatedAt: now, UsedAt: now, ExpiresAt: now.Add(SessionLife)}
		secret = keys.firstSecret(session.ID)
		_, err = tx.Exec(ctx, "session.insert", sql.Args{"id": session.ID, "person_id": session.PersonID, "secret_hash": hashSecret(secret),
			"address": session.Address, "agent": session.Agent, "created_at": now, "expires_at": session.ExpiresAt})
		if err != nil {
			return err
		}
		return auditPerson(ctx, tx, actor, person.ID, ActionSignIn, sql.Object{"session_id": session.ID, "address": session.Address})
	})
	if err != nil {
		return SignedIn{}, wrap(err, "sign in %s", person.ID)
	}
	return signedInAs(ctx, db, keys, session, secret)
}

func signedInAs(ctx context.Context, db *sql.DB, keys Keys, session Session, secret string) (SignedIn, error) {
	self := Actor{PersonID: session.PersonID}
	person, err := GetPerson(ctx, db, self, session.PersonID)
	if err != nil {
		return SignedIn{}, err
	}
	access, expires, err := keys.accessToken(db.Now(), session.PersonID, session.ID)
	if err != nil {
		return SignedIn{}, wrap(err, "sign the access token of session %s", session.ID)
	}
	return SignedIn{Session: session, Person: person, Secret: secret, Access: access, AccessExpires: expires}, nil
}

// Refresh exchanges a refresh secret for the next one and a new access token. The same secret presented again within
// RefreshGrace gets the same next one, so that a lost answer or a second tab does no harm. Any older secret of the session
// presented later means that two hold it: the session ends (ErrSessionReused). A session that is over, or a text that is
// no secret of ours, gives ErrSessionOver.
func Refresh(ctx context.Context, db *sql.DB, keys Keys, secret string) (SignedIn, error) {
	id, next, ok := keys.nextSecret(secret)
	if !ok {
		return SignedIn{}, ErrSessionOver
	}
	var session Session
	reused := false
	err := db.InTx(ctx, func(tx *sql.DB) error {
		var err error
		session, reused, err = exchange(ctx, tx, id, hashSecret(secret), hashSecret(next))
		return err
	})
	if err != nil {
		return SignedIn{}, wrap(err, "refresh session %s", id)
	}
	if reused {
		signedIn.forgetSession(id)
		return SignedIn{}, ErrSessionReused
	}
	return signedInAs(ctx, db, keys, session, next)
}

// exchange rotates the secret of a session in force. That a secret was used twice is no error here, so that the end of
// the session is kept.
func exchange(ctx context.Context, tx *sql.DB, id, presented, next string) (Session, bool, error) {
	row, err := sql.Get[sessionRow](ctx, tx, "session.get", sql.Args{"id": id})
	if errors.Is(err, sql.ErrNone) {
		return Session{}, false, ErrSessionOver
	}
	if err != nil {
		return Session{}, false, err
	}
	now := tx.Now()
	switch {
	case row.over(now):
		return Session{}, false, ErrSessionOver
	case row.SecretHash == presented:
		mine, err := tx.ExecOne(ctx, "session.rotate", sql.Args{"id": id, "presented": presented, "next": next, "now": now})
		if err == nil && !mine {
			err = sql.ErrConflict // a second tab was faster; look again
		}
		row.UsedAt = now
		return row.Session, false, err
	case row.PreviousHash != nil && *row.PreviousHash == presented && now < row.UsedAt.Add(RefreshGrace):
		if row.SecretHash != next {
			return Session{}, false, ErrSessionOver // made with the key that signed until a moment ago: we cannot make it again
		}
		return row.Session, false, nil
	}
	if _, err := tx.Exec(ctx, "session.revoke", sql.Args{"id": id, "now": now}); err != nil {
		return Session{}, false, err
	}
	return Session{}, true, auditPerson(ctx, tx, System, row.PersonID, ActionSessionReused, sql.Object{"session_id": id})
}

// SignOut ends the actor's session. Ending one that is over already is no error.
func SignOut(ctx context.Context, db *sql.DB, actor Actor) error {
	err := db.InTx(ctx, func(tx *sql.DB) error {
		ended, err := tx.ExecOne(ctx, "session.revoke", sql.Args{"id": actor.SessionID, "now": tx.Now()})
		if err != nil || !ended {
			return err
		}
		return auditPerson(ctx, tx, actor, actor.PersonID, ActionSignOut, sql.Object{"session_id": actor.SessionID})
	})
	signedIn.forgetSession(actor.SessionID)
	return wrap(err, "sign out session %s", actor.SessionID)
}

// SignOutEverywhere ends every session of the actor, this one too.
func SignOutEverywhere(ctx context.Context, db *sql.DB, actor Actor) error {
	err := db.InTx(ctx, func(tx *sql.DB) error {
		if err := revokeOthers(ctx, tx, actor.PersonID, ""); err != nil {
			return err
		}
		return auditPerson(ctx, tx, actor, actor.PersonID, ActionSignOutAll, nil)
	})
	signedIn.forgetPerson(actor.PersonID)
	return wrap(err, "sign out person %s everywhere", actor.PersonID)
}

// revokeOthers ends the sessions of a person but the one kept; an empty kept ends all.
func revokeOthers(ctx context.Context, tx *sql.DB, personID, kept string) error {
	_, err := tx.Exec(ctx, "session.revoke_others", sql.Args{"person_id": personID, "kept": kept, "now": tx.Now()})
	return err
}

// PruneSessions removes sessions that ended more than 30 days ago and returns how many. Any node may call it at any time.
func PruneSessions(ctx context.Context, db *sql.DB) (int64, error) {
	n, err := db.Exec(ctx, "session.prune", sql.Args{"before": db.Now().Add(-30 * 24 * time.Hour)})
	return n, wrap(err, "prune the sessions")
}
