package units

import (
	"context"
	"strings"

	"govmedia/sql"
)

// PersonContact is how a person is reached and for whom the person works. It is for the office: nothing of it is ever public.
type PersonContact struct {
	PersonID     string  `json:"person_id"`
	Phone        string  `json:"phone"`         // empty: not known
	ContractorID *string `json:"contractor_id"` // nil: an employee of the unit itself
}

// ContactsOf returns how some people are reached, by their ids; those that do not exist are left out. It asks for nobody in
// particular: the caller shows it to the people themselves and to who manages them.
func ContactsOf(ctx context.Context, db *sql.DB, people []string) (map[string]PersonContact, error) {
	found := make(map[string]PersonContact, len(people))
	if len(people) == 0 {
		return found, nil
	}
	list, err := sql.List[PersonContact](ctx, db, "person.contacts", sql.Args{"people": people})
	for _, contact := range list {
		found[contact.PersonID] = contact
	}
	return found, wrap(err, "read how %d people are reached", len(people))
}

// SetPhone gives somebody whom the actor manages another phone number; the empty one takes it away. The number itself stays
// out of the audit. Errors: ErrPhone, ErrPersonStale, ErrPersonElsewhere, ErrPersonOwn.
func SetPhone(ctx context.Context, db *sql.DB, actor Actor, id string, version int64, phone string) error {
	phone = strings.TrimSpace(phone)
	if !ValidPhone(phone) {
		return ErrPhone.On("phone")
	}
	return changePerson(ctx, db, actor, id, ActionPersonPhone, func(tx *sql.DB) error {
		return guardedPerson(tx.ExecOne(ctx, "person.set_phone", sql.Args{"id": id, "version": version, "phone": phone, "now": tx.Now()}))
	})
}

// setContact writes what a new person came with.
func setContact(ctx context.Context, tx *sql.DB, id, phone, contractorID string) error {
	if phone == "" && contractorID == "" {
		return nil
	}
	var contractor *string
	if contractorID != "" {
		contractor = &contractorID
	}
	_, err := tx.Exec(ctx, "person.set_contact", sql.Args{"id": id, "phone": phone, "contractor_id": contractor})
	return err
}

// ValidPhone accepts the empty text and whatever can be dialled, written the ways people write it.
func ValidPhone(text string) bool {
	digits := 0
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case !strings.ContainsRune(" -+()（）转#", r):
			return false
		}
	}
	return text == "" || digits >= 5 && len([]rune(text)) <= maxPhone
}
