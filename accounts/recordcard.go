package accounts

import (
	"context"
	"encoding/base64"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// RecordCard is a record as its page shows it: each field as it is written, the files it refers to, and what a checkup finds.
type RecordCard struct {
	Record   Record                `json:"record"`
	Values   map[string]string     `json:"values"`   // by the field's name, as Record.Text has it; only the fields that such an account has
	Files    map[string]Attachment `json:"files"`    // by id: avatar and QR code
	HomeQR   string                `json:"home_qr"`  // a picture (data:image/png…) that leads to the home page; empty where the platform's code was uploaded, or no home page is known
	Findings []Finding             `json:"findings"` // what is not as the rules want it; empty of a closed account
	Labels   []LabelLine           `json:"labels"`   // what only a person can look at, for ticking
	Editable bool                  `json:"editable"` // this person may write the record now
}

// LabelLine is one thing about a page that a person looks at and ticks.
type LabelLine struct {
	Key      string `json:"key"` // what goes into the field labels, joined by 、
	Text     string `json:"text"`
	Citation string `json:"citation"`
	Checked  bool   `json:"checked"`
}

// RecordCardOf returns the record of an account that the actor reaches with ReadAccounts; ErrNotFound otherwise.
func RecordCardOf(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string) (RecordCard, error) {
	record, err := RecordOf(ctx, db, actor, id)
	if err != nil {
		return RecordCard{}, err
	}
	card := RecordCard{Record: record, Values: map[string]string{}, Labels: []LabelLine{}}
	for _, f := range fields {
		if f.Has(record.Kind) {
			card.Values[f.Name] = f.text(&record)
		}
	}
	around, err := readSurroundings(ctx, db, book, []Record{record})
	if err != nil {
		return RecordCard{}, wrap(err, "record of account %s", id)
	}
	card.Findings, card.Labels = around.checkup(record), around.labels(record)
	if card.Files, err = filesOf(ctx, db, record); err != nil {
		return RecordCard{}, wrap(err, "record of account %s", id)
	}
	if record.Particulars.QRID == nil && HasHomeQR(record.HomeURL) {
		picture, err := HomeQR(record.HomeURL)
		if err != nil {
			return RecordCard{}, err
		}
		card.HomeQR = "data:image/png;base64," + base64.StdEncoding.EncodeToString(picture)
	}
	can, err := actions(ctx, db, actor, record.Account)
	for _, action := range can {
		card.Editable = card.Editable || action == "update"
	}
	return card, wrap(err, "record of account %s", id)
}

func filesOf(ctx context.Context, db *sql.DB, r Record) (map[string]Attachment, error) {
	var ids []string
	for _, id := range []*string{r.Particulars.AvatarID, r.Particulars.QRID} {
		if id != nil {
			ids = append(ids, *id)
		}
	}
	return AttachmentsOf(ctx, db, ids)
}

// labels lists what the rules in force want on the page of an account and only a person can see.
func (s *surroundings) labels(r Record) []LabelLine {
	lines := []LabelLine{}
	checked := map[string]bool{}
	for _, key := range r.Particulars.Labels {
		checked[key] = true
	}
	r.Particulars.Labels = nil // so that everything is asked for
	for _, finding := range s.checkup(r) {
		if finding.LabelKey != "" {
			lines = append(lines, LabelLine{Key: finding.LabelKey, Text: finding.Demand, Citation: finding.Citation, Checked: checked[finding.LabelKey]})
		}
	}
	return lines
}

// Paste is what a pasted address means, with the accounts of the register that it is.
type Paste struct {
	Recognized Recognized   `json:"recognized"`
	Accounts   []Registered `json:"accounts"` // whoever's they are: a second registration or a renaming is seen here
}

// Registered is an account as a refusal or a pasted address names it.
type Registered struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	UnitID   string `json:"unit_id"`
	UnitName string `json:"unit_name"`
	State    State  `json:"state"`
}

// ReadPaste recognises an address and looks for its account. Errors: those of Recognize.
func ReadPaste(ctx context.Context, db *sql.DB, address string) (Paste, error) {
	found, err := Recognize(address)
	if err != nil {
		return Paste{}, err
	}
	paste := Paste{Recognized: found, Accounts: []Registered{}}
	list, err := Matching(ctx, db, found)
	for _, account := range list {
		paste.Accounts = append(paste.Accounts, Registered{ID: account.ID, Name: account.Name, UnitID: account.UnitID, UnitName: account.UnitName, State: account.State})
	}
	return paste, err
}
