package units

import (
	"context"
	"errors"
	"net/mail"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"govmedia/sql"
)

// Person is somebody who signs in. The password stays in the table: no field here carries it.
type Person struct {
	ID            string     `json:"id"`
	Username      string     `json:"username"`
	Name          string     `json:"name"`
	PasswordSetAt sql.Time   `json:"password_set_at"`
	MustChange    bool       `json:"must_change"`
	LockedUntil   *sql.Time  `json:"locked_until"` // may lie in the past
	DisabledAt    *sql.Time  `json:"disabled_at"`
	CreatedAt     sql.Time   `json:"created_at"`
	UpdatedAt     sql.Time   `json:"updated_at"`
	Version       int64      `json:"version"`
	Roles         []HeldRole `json:"roles"` // those at units the reader reaches, the oldest first
}

// RoleAt is a role at a unit, to be granted.
type RoleAt struct {
	UnitID string `json:"unit_id"`
	Role   Role   `json:"role"`
}

// NewPerson is what a new person is made of.
type NewPerson struct {
	Username   string // kept in lower case
	Name       string
	Password   string
	Hash       string   // what HashPassword made of the password; empty to have it made
	MustChange bool     // the password is a first one, to be changed at the first sign-in
	Roles      []RoleAt // at least one: a person without a role would be out of everybody's reach

	Phone        string // for the office; may be empty
	ContractorID string // whose employee it is; empty: the unit's own. The caller checks the contractor
}

// Also is what another package does in the transaction of a change of a person: the filing, the hand-over.
type Also func(tx *sql.DB, personID string) error

// The longest a name, a user name and a phone number may be, in characters, and an e-mail address in bytes: what the columns
// hold.
const (
	maxPersonName = 60
	maxPhone      = 40
	maxUsername   = 64
	maxEmail      = 200
)

// CreatePerson adds a person with the first roles, each at a unit that the actor may change. rule is what the rulebook
// of the first unit's office demands of passwords.
func CreatePerson(ctx context.Context, db *sql.DB, actor Actor, in NewPerson, rule PasswordRule, also ...Also) (Person, error) {
	in.Username, in.Name, in.Phone = cleanUsername(in.Username), strings.TrimSpace(in.Name), strings.TrimSpace(in.Phone)
	if err := checkNewPerson(in, rule); err != nil {
		return Person{}, err
	}
	hash, err := in.Hash, error(nil)
	if hash == "" {
		hash, err = HashPassword(ctx, in.Password)
	}
	if err != nil {
		return Person{}, wrap(err, "create person %s", in.Username)
	}
	// In the order of units, so that two transactions lock them in the same order.
	roles := slices.SortedStableFunc(slices.Values(in.Roles), func(a, b RoleAt) int { return strings.Compare(a.UnitID, b.UnitID) })
	id := ""
	err = db.InTx(ctx, func(tx *sql.DB) error {
		id = sql.NewID()
		_, err := tx.Exec(ctx, "person.insert", sql.Args{"id": id, "username": in.Username, "name": in.Name,
			"password_hash": hash, "must_change": in.MustChange, "now": tx.Now()})
		if sql.IsDuplicate(err) {
			return ErrUsernameTaken.On("username")
		}
		if err != nil {
			return err
		}
		if err := setContact(ctx, tx, id, in.Phone, in.ContractorID); err != nil {
			return err
		}
		err = Audit(ctx, tx, actor, Line{UnitID: roles[0].UnitID, Action: ActionPersonCreate, ObjectKind: "person", ObjectID: id,
			Detail: sql.Object{"username": in.Username, "name": in.Name}})
		for i := 0; err == nil && i < len(roles); i++ {
			err = addRole(ctx, tx, actor, id, roles[i])
		}
		return andAlso(tx, id, err, also)
	})
	if err != nil {
		return Person{}, wrap(err, "create person %s", in.Username)
	}
	return GetPerson(ctx, db, actor, id)
}

func checkNewPerson(in NewPerson, rule PasswordRule) error {
	switch {
	case !isUsername(in.Username):
		return ErrUsername.On("username")
	case !isLine(in.Name, maxPersonName):
		return ErrPersonName.On("name")
	case len(in.Roles) == 0:
		return ErrRoleNeeded.On("roles")
	case !ValidPhone(in.Phone):
		return ErrPhone.On("phone")
	}
	return CheckPassword(in.Password, in.Username, rule)
}

// GetPerson returns a person who holds a role at a unit the actor reaches, or the actor; ErrPersonNotFound otherwise.
func GetPerson(ctx context.Context, db *sql.DB, actor Actor, id string) (Person, error) {
	name := "person.visible"
	if actor.system || id == actor.PersonID {
		name = "person.get"
	}
	person, err := sql.Get[Person](ctx, db, name, sql.Args{"id": id, "reader_id": actor.PersonID, "roles": RolesWith(ReadUnits)})
	if errors.Is(err, sql.ErrNone) {
		return Person{}, ErrPersonNotFound
	}
	if err != nil {
		return Person{}, wrap(err, "get person %s", id)
	}
	list := []Person{person}
	err = fillRoles(ctx, db, actor, list)
	return list[0], wrap(err, "get person %s", id)
}

// ListPeopleAt returns everybody who holds a role at exactly this unit, disabled people too, by name. ErrNotFound when
// the actor does not reach the unit.
func ListPeopleAt(ctx context.Context, db *sql.DB, actor Actor, unitID string) ([]Person, error) {
	if _, err := Get(ctx, db, actor, unitID); err != nil {
		return nil, err
	}
	list, err := sql.List[Person](ctx, db, "person.at_unit", sql.Args{"unit_id": unitID})
	if err == nil {
		err = fillRoles(ctx, db, actor, list)
	}
	if err != nil {
		return nil, wrap(err, "list the people of unit %s", unitID)
	}
	return list, nil
}

// HoldersOf returns everybody who holds the role at exactly this unit and may sign in, by name, with all their roles; an
// empty list when nobody does. It asks for nobody in particular.
func HoldersOf(ctx context.Context, db *sql.DB, unitID string, role Role) ([]Person, error) {
	list, err := sql.List[Person](ctx, db, "person.holders", sql.Args{"unit_id": unitID, "role": role})
	if err == nil {
		err = fillRoles(ctx, db, System, list)
	}
	if err != nil {
		return nil, wrap(err, "list who is %s at unit %s", role, unitID)
	}
	return list, nil
}

// fillRoles gives each person the roles that the actor may see.
func fillRoles(ctx context.Context, db *sql.DB, actor Actor, list []Person) error {
	people := make([]string, len(list))
	place := map[string]int{}
	for i, person := range list {
		people[i], place[person.ID] = person.ID, i
		list[i].Roles = []HeldRole{}
	}
	name := "person_role.visible_of_people"
	if actor.system {
		name = "person_role.of_people"
	}
	rows, err := sql.List[struct {
		PersonID string
		HeldRole
	}](ctx, db, name, sql.Args{"people": people, "reader_id": actor.PersonID, "roles": RolesWith(ReadUnits)})
	for _, row := range rows {
		person := &list[place[row.PersonID]]
		person.Roles = append(person.Roles, row.HeldRole)
	}
	return err
}

// DisablePerson keeps somebody from signing in and ends that person's sessions. The actor must reach every role the
// person holds, or ErrPersonElsewhere.
func DisablePerson(ctx context.Context, db *sql.DB, actor Actor, id string, version int64, also ...Also) error {
	return changePerson(ctx, db, actor, id, ActionPersonDisable, func(tx *sql.DB) error {
		err := guardedPerson(tx.ExecOne(ctx, "person.disable", sql.Args{"id": id, "version": version, "now": tx.Now()}))
		if err != nil {
			return err
		}
		return andAlso(tx, id, revokeOthers(ctx, tx, id, ""), also)
	})
}

// EnablePerson lets a disabled person sign in again, with the password as it was.
func EnablePerson(ctx context.Context, db *sql.DB, actor Actor, id string, version int64, also ...Also) error {
	return changePerson(ctx, db, actor, id, ActionPersonEnable, func(tx *sql.DB) error {
		err := guardedPerson(tx.ExecOne(ctx, "person.enable", sql.Args{"id": id, "version": version, "now": tx.Now()}))
		return andAlso(tx, id, err, also)
	})
}

// ResetPassword gives somebody else a password, to be changed at the next sign-in, and ends that person's sessions and
// any lock. The actor must reach every role the person holds.
func ResetPassword(ctx context.Context, db *sql.DB, actor Actor, id string, version int64, password string, rule PasswordRule) error {
	person, err := GetPerson(ctx, db, actor, id)
	if err != nil {
		return err
	}
	if err := CheckPassword(password, person.Username, rule); err != nil {
		return err
	}
	hash, err := HashPassword(ctx, password)
	if err != nil {
		return wrap(err, "reset the password of %s", id)
	}
	return changePerson(ctx, db, actor, id, ActionPasswordReset, func(tx *sql.DB) error {
		err := guardedPerson(tx.ExecOne(ctx, "person.reset_password", sql.Args{"id": id, "version": version, "new_hash": hash, "now": tx.Now()}))
		if err != nil {
			return err
		}
		return revokeOthers(ctx, tx, id, "")
	})
}

// andAlso goes on with what other packages do, unless something went wrong before.
func andAlso(tx *sql.DB, personID string, err error, also []Also) error {
	for i := 0; err == nil && i < len(also); i++ {
		err = also[i](tx, personID)
	}
	return err
}

// changePerson runs one change of somebody whom the actor may manage, with its audit line, and drops what was cached.
func changePerson(ctx context.Context, db *sql.DB, actor Actor, id string, action Action, work func(tx *sql.DB) error) error {
	err := db.InTx(ctx, func(tx *sql.DB) error {
		if err := manageable(ctx, tx, actor, id); err != nil {
			return err
		}
		if err := work(tx); err != nil {
			return err
		}
		return auditPerson(ctx, tx, actor, id, action, nil)
	})
	signedIn.forgetPerson(id)
	return wrap(err, "%s %s", action, id)
}

// manageable returns nil when the actor sees the person and no role of that person lies beyond the actor.
func manageable(ctx context.Context, tx *sql.DB, actor Actor, id string) error {
	if _, err := GetPerson(ctx, tx, actor, id); err != nil || actor.system {
		return err
	}
	if id == actor.PersonID {
		return ErrPersonOwn
	}
	beyond, err := sql.Get[int](ctx, tx, "person_role.beyond", sql.Args{"person_id": id, "reader_id": actor.PersonID,
		"roles": RolesWith(WriteUnits), "highest": SystemAdmin})
	if err == nil && beyond > 0 {
		err = ErrPersonElsewhere
	}
	return err
}

// SetEmail gives the actor an e-mail address for reminders; the empty one takes it away. Nobody sets another person's, and
// nobody but its owner reads it. Error: ErrEmail.
func SetEmail(ctx context.Context, db *sql.DB, actor Actor, email string) error {
	email = strings.TrimSpace(email)
	if email != "" && !isEmail(email) {
		return ErrEmail.On("email")
	}
	err := db.InTx(ctx, func(tx *sql.DB) error {
		found, err := tx.ExecOne(ctx, "person.set_email", sql.Args{"id": actor.PersonID, "email": email, "now": tx.Now()})
		if err == nil && !found {
			err = ErrPersonNotFound
		}
		if err != nil {
			return err
		}
		// The address itself stays out of the audit: it may be a private one.
		return auditPerson(ctx, tx, actor, actor.PersonID, ActionPersonEmail, sql.Object{"set": email != ""})
	})
	return wrap(err, "set the e-mail address of %s", actor.PersonID)
}

// Email returns a person's e-mail address for reminders, empty when there is none. It asks for nobody in particular.
func Email(ctx context.Context, db *sql.DB, personID string) (string, error) {
	email, err := sql.Get[string](ctx, db, "person.email", sql.Args{"id": personID})
	if errors.Is(err, sql.ErrNone) {
		return "", nil
	}
	return email, wrap(err, "read the e-mail address of %s", personID)
}

// isEmail accepts a bare address in ASCII, such as mail servers everywhere take: no name before it, a dot in its domain.
func isEmail(text string) bool {
	parsed, err := mail.ParseAddress(text)
	if err != nil || parsed.Name != "" || parsed.Address != text || len(text) > maxEmail {
		return false
	}
	local, domain, _ := strings.Cut(text, "@")
	strange := func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`"<>()[]\,;:`, r) }
	return len(local) <= 64 && !strings.ContainsFunc(text, strange) && strings.Contains(domain, ".")
}

// GrantRole gives a person whom the actor sees a role at a unit that the actor may change. Only a system administrator
// makes another; nobody changes the own roles.
func GrantRole(ctx context.Context, db *sql.DB, actor Actor, personID string, role RoleAt, also ...Also) error {
	err := changeRoles(ctx, db, actor, personID, func(tx *sql.DB) error {
		return andAlso(tx, personID, addRole(ctx, tx, actor, personID, role), also)
	})
	return wrap(err, "grant %s at unit %s to %s", role.Role, role.UnitID, personID)
}

func addRole(ctx context.Context, tx *sql.DB, actor Actor, personID string, role RoleAt) error {
	if _, known := granted[role.Role]; !known {
		return ErrRoleUnknown.On("role")
	}
	unit, err := grantable(ctx, tx, actor, role)
	if err != nil {
		return err
	}
	if unit.ClosedAt != nil {
		return ErrClosed.On("unit_id")
	}
	_, err = tx.Exec(ctx, "person_role.insert", sql.Args{"person_id": personID, "unit_id": role.UnitID, "role": role.Role, "now": tx.Now()})
	if sql.IsDuplicate(err) {
		return ErrRoleHeld
	}
	if err != nil {
		return err
	}
	return Audit(ctx, tx, actor, Line{UnitID: role.UnitID, Action: ActionRoleGrant, ObjectKind: "person", ObjectID: personID,
		Detail: sql.Object{"role": role.Role, "unit_id": role.UnitID}})
}

// RevokeRole takes a role at a unit from a person. The last one stays (ErrRoleLast): disable the person instead.
func RevokeRole(ctx context.Context, db *sql.DB, actor Actor, personID string, role RoleAt, also ...Also) error {
	err := changeRoles(ctx, db, actor, personID, func(tx *sql.DB) error {
		if _, err := grantable(ctx, tx, actor, role); err != nil {
			return err
		}
		held, err := tx.ExecOne(ctx, "person_role.delete", sql.Args{"person_id": personID, "unit_id": role.UnitID, "role": role.Role})
		if err != nil {
			return err
		}
		if !held {
			return ErrRoleNotHeld
		}
		left, err := sql.Get[int](ctx, tx, "person_role.count", sql.Args{"person_id": personID})
		if err != nil {
			return err
		}
		if left == 0 {
			return ErrRoleLast
		}
		err = Audit(ctx, tx, actor, Line{UnitID: role.UnitID, Action: ActionRoleRevoke, ObjectKind: "person", ObjectID: personID,
			Detail: sql.Object{"role": role.Role, "unit_id": role.UnitID}})
		return andAlso(tx, personID, err, also)
	})
	return wrap(err, "revoke %s at unit %s from %s", role.Role, role.UnitID, personID)
}

// changeRoles runs one change of a person's roles, one at a time for each person, and drops what was cached.
func changeRoles(ctx context.Context, db *sql.DB, actor Actor, personID string, work func(tx *sql.DB) error) error {
	if personID == actor.PersonID && !actor.system {
		return ErrPersonOwn
	}
	err := db.InTx(ctx, func(tx *sql.DB) error {
		if _, err := GetPerson(ctx, tx, actor, personID); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "person.lock", sql.Args{"id": personID, "now": tx.Now()}); err != nil {
			return err
		}
		return work(tx)
	})
	signedIn.forgetPerson(personID)
	return err
}

// grantable returns the unit when the actor may grant and revoke the role there. The row of the unit stays locked, so
// that it is not closed meanwhile.
func grantable(ctx context.Context, tx *sql.DB, actor Actor, role RoleAt) (Unit, error) {
	if err := Lock(ctx, tx, role.UnitID); err != nil {
		return Unit{}, err
	}
	unit, err := within(ctx, tx, actor, role.UnitID, RolesWith(WriteUnits))
	if err != nil || role.Role != SystemAdmin {
		return unit, err
	}
	unit, err = within(ctx, tx, actor, role.UnitID, []string{string(SystemAdmin)})
	if errors.Is(err, ErrNotFound) {
		err = ErrRoleTooHigh
	}
	return unit, err
}

// auditPerson appends a line about a person to the chain of the unit at which that person has held a role longest.
func auditPerson(ctx context.Context, tx *sql.DB, actor Actor, personID string, action Action, detail sql.Object) error {
	home, err := sql.Get[string](ctx, tx, "person_role.home", sql.Args{"person_id": personID})
	if err != nil && !errors.Is(err, sql.ErrNone) {
		return err
	}
	return Audit(ctx, tx, actor, Line{UnitID: home, Action: action, ObjectKind: "person", ObjectID: personID, Detail: detail})
}

// cleanUsername gives a user name the form in which it is kept.
func cleanUsername(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

func isUsername(name string) bool {
	return isLine(name, maxUsername) && utf8.RuneCountInString(name) >= 2 && !strings.ContainsFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-@", r)
	})
}

func guardedPerson(mine bool, err error) error {
	if err == nil && !mine {
		return ErrPersonStale
	}
	return err
}
