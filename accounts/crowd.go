package accounts

import (
	"context"

	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// Crowd is a unit with more accounts on a platform than its rulebook has in principle: they are to be merged (待整合). The
// accounts of the sections inside the unit count for it (I-TN-08).
type Crowd struct {
	UnitID   string         `json:"unit_id"`
	UnitName string         `json:"unit_name"`
	Platform Platform       `json:"platform"`
	Max      int            `json:"max"`
	Text     string         `json:"text"`
	Citation string         `json:"citation"`
	Accounts []CrowdAccount `json:"accounts"`
}

// CrowdAccount is one of the accounts of a crowd.
type CrowdAccount struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// CrowdPage is a page of crowds.
type CrowdPage struct {
	Items []Crowd `json:"items"`
	Next  string  `json:"next"` // empty on the last page
}

// ToConsolidate returns a page of the units that have too many accounts on a platform, of those the actor reaches. A page may
// have fewer than it could: a unit whose rulebook sets no number is left out of it. Errors: ErrCursorInvalid, units.ErrNotFound.
func ToConsolidate(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, unitID, after string, perPage int) (CrowdPage, error) {
	platform, id, err := readCursor(after, crowdOrder)
	if err != nil {
		return CrowdPage{}, err
	}
	path, err := subtree(ctx, db, actor, unitID)
	if err != nil {
		return CrowdPage{}, wrap(err, "accounts to merge below unit %s", unitID)
	}
	law, err := book.Law(ctx, db)
	if err != nil {
		return CrowdPage{}, wrap(err, "accounts to merge below unit %s", unitID)
	}
	size := pageSize(perPage)
	rows, err := sql.List[struct {
		SponsorID, SponsorName, SponsorPath string
		Platform                            Platform
		N                                   int
	}](ctx, db, "account.crowded", sql.Args{"path": path, "person_id": actor.PersonID, "roles": units.RolesWith(units.ReadAccounts), "after_id": id,
		"after_platform": string(platform), "limit": size + 1})
	if err != nil {
		return CrowdPage{}, wrap(err, "accounts to merge below unit %s", unitID)
	}
	page := CrowdPage{Items: []Crowd{}}
	if len(rows) > size {
		rows = rows[:size]
		page.Next = writeCursor(crowdOrder, sortKey(rows[size-1].Platform), rows[size-1].SponsorID)
	}
	for _, row := range rows {
		rb := law.Regime(row.SponsorPath).Local(db.Now().Std())
		if rb == nil || rb.AccountLimit == nil || row.N <= rb.AccountLimit.Max {
			continue
		}
		crowd := Crowd{UnitID: row.SponsorID, UnitName: row.SponsorName, Platform: row.Platform, Max: rb.AccountLimit.Max, Text: rb.AccountLimit.Text,
			Citation: rb.Cite(rb.AccountLimit.Articles)}
		if crowd.Accounts, err = sql.List[CrowdAccount](ctx, db, "account.of_crowd", sql.Args{"unit_id": row.SponsorID, "path": row.SponsorPath,
			"platform": row.Platform}); err != nil {
			return CrowdPage{}, wrap(err, "accounts to merge of unit %s", row.SponsorID)
		}
		page.Items = append(page.Items, crowd)
	}
	return page, nil
}

// crowdOrder names the order of crowds in a cursor: by unit, then by platform's name.
const crowdOrder = "crowd-" + string(ByName)
