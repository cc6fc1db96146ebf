package units

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"govmedia/sql"
)

// PasswordRule is what a rulebook's credentials section demands of a password. The zero rule demands nothing beyond our
// own: at least minPassword characters, not the user name, not a very common one.
type PasswordRule struct {
	MinLength int      // in characters; 0 when the rulebook names none
	Rulebook  string   // cited when it refuses
	Articles  []string //
}

// Our own bounds: the least where a rulebook is silent (NIST SP 800-63B, 5.1.1.2), and the most we are willing to hash.
const (
	minPassword = 8
	maxPassword = 128
)

//go:embed common_passwords.txt
var commonText string

// commonPasswords are in lower case.
var commonPasswords = func() map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(commonText) {
		set[word] = true
	}
	return set
}()

// CheckPassword returns nil when a new password may stand, or the fault that says why not.
func CheckPassword(password, username string, rule PasswordRule) error {
	length := utf8.RuneCountInString(password)
	switch {
	case length < rule.MinLength:
		return ErrPasswordShort.Say("密码至少要 %d 个字符，请加长后再试。", rule.MinLength).Under(rule.Rulebook, rule.Articles).On("password")
	case length < minPassword:
		return ErrPasswordShort.Say("密码至少要 %d 个字符，请加长后再试。", minPassword).On("password")
	case length > maxPassword || !utf8.ValidString(password):
		return ErrPasswordLong.Say("密码最多 %d 个字符，请缩短后再试。", maxPassword).On("password")
	case strings.EqualFold(password, strings.TrimSpace(username)):
		return ErrPasswordName.On("password")
	case commonPasswords[strings.ToLower(password)]:
		return ErrPasswordCommon.On("password")
	}
	return nil
}

// The parameters of argon2id in force (OWASP's second choice: 19 MiB, two passes). A hash made with weaker ones is made
// anew at the next sign-in.
const (
	argonMemory  = 19456 // KiB
	argonPasses  = 2
	argonThreads = 1
	argonSalt    = 16
	argonKey     = 32
)

// hashing bounds the memory and the processors that passwords take: two at a time, and a short queue.
var hashing = gate{slots: make(chan struct{}, 2), most: 64}

// gate lets some in at a time and so many wait; whoever comes beyond is sent away with ErrBusy.
type gate struct {
	slots  chan struct{}
	most   int64 // inside and waiting together
	queued atomic.Int64
}

// enter waits for a place. The caller leaves when it returned nil.
func (g *gate) enter(ctx context.Context) error {
	if g.queued.Add(1) > g.most {
		g.queued.Add(-1)
		return ErrBusy
	}
	select {
	case g.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		g.queued.Add(-1)
		return ctx.Err()
	}
}

func (g *gate) leave() {
	<-g.slots
	g.queued.Add(-1)
}

// HashPassword returns the PHC string of a password under the parameters in force; ErrBusy when too many are being made.
func HashPassword(ctx context.Context, password string) (string, error) {
	if err := hashing.enter(ctx); err != nil {
		return "", err
	}
	defer hashing.leave()
	return newHash(password), nil
}

func newHash(password string) string {
	salt := make([]byte, argonSalt)
	_, _ = rand.Read(salt) // never fails since Go 1.24
	key := argon2.IDKey([]byte(password), salt, argonPasses, argonMemory, argonThreads, argonKey)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonPasses, argonThreads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

// spendHash takes the time of one comparison, for names nobody has: the answer comes no sooner.
func spendHash(ctx context.Context, password string) error {
	if err := hashing.enter(ctx); err != nil {
		return err
	}
	defer hashing.leave()
	argon2.IDKey([]byte(password), make([]byte, argonSalt), argonPasses, argonMemory, argonThreads, argonKey)
	return nil
}

// matchPassword compares a password with a PHC string: whether it is right, and whether its parameters are weaker
// than those in force. A text that is no argon2id hash matches nothing and is an error, for somebody broke the row.
func matchPassword(password, phc string) (right, outdated bool, err error) {
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, false, errors.New("units: the stored password is no argon2id hash")
	}
	var version int
	var memory, passes uint32
	var threads uint8
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return false, false, errors.New("units: the stored password has an unknown argon2 version")
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &threads); err != nil || passes < 1 || threads < 1 || memory > 1<<20 || passes > 100 {
		return false, false, errors.New("units: the stored password has unusable parameters")
	}
	salt, saltErr := base64.RawStdEncoding.DecodeString(parts[4])
	want, keyErr := base64.RawStdEncoding.DecodeString(parts[5])
	if saltErr != nil || keyErr != nil || len(want) < 16 || len(want) > 128 {
		return false, false, errors.New("units: the stored password is cut off")
	}
	got := argon2.IDKey([]byte(password), salt, passes, memory, threads, uint32(len(want)))
	outdated = memory < argonMemory || passes < argonPasses || len(want) < argonKey
	return subtle.ConstantTimeCompare(got, want) == 1, outdated, nil
}

// ChangePassword sets the actor's own password, for which the old one is needed; a wrong old one counts like a wrong
// sign-in. Every other session of the person ends.
func ChangePassword(ctx context.Context, db *sql.DB, actor Actor, old, password string, rule PasswordRule) error {
	if err := CheckPassword(password, actor.Username, rule); err != nil {
		return err
	}
	if old == password {
		return ErrPasswordSame.On("password")
	}
	person, err := sql.Get[credentials](ctx, db, "person.credentials", sql.Args{"id": actor.PersonID})
	if errors.Is(err, sql.ErrNone) {
		return ErrPersonNotFound
	}
	if err != nil {
		return wrap(err, "change the password of %s", actor.PersonID)
	}
	if _, err := prove(ctx, db, person, old, actor.RequestID, ""); err != nil {
		if errors.Is(err, ErrWrongPassword) {
			err = ErrOldPassword.On("old_password")
		}
		return wrap(err, "change the password of %s", actor.PersonID)
	}
	hash, err := HashPassword(ctx, password)
	if err != nil {
		return wrap(err, "change the password of %s", actor.PersonID)
	}
	err = db.InTx(ctx, func(tx *sql.DB) error {
		err := guardedPerson(tx.ExecOne(ctx, "person.change_password", sql.Args{"id": person.ID, "password_hash": person.PasswordHash,
			"new_hash": hash, "now": tx.Now()}))
		if err != nil {
			return err
		}
		if err := revokeOthers(ctx, tx, person.ID, actor.SessionID); err != nil {
			return err
		}
		return auditPerson(ctx, tx, actor, person.ID, ActionPasswordChange, nil)
	})
	signedIn.forgetPerson(person.ID)
	return wrap(err, "change the password of %s", actor.PersonID)
}
