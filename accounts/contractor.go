package accounts

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"govmedia/fault"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// The actions on contractors.
const (
	ActionContractorCreate    units.Action = "contractor.create"
	ActionContractorSave      units.Action = "contractor.save"
	ActionContractorItem      units.Action = "contractor.item"
	ActionContractorAuthorize units.Action = "contractor.authorize"
	ActionContractorEnd       units.Action = "contractor.end"
)

// ContractorStanding is how a contractor stands now.
type ContractorStanding string

// The standings, from the best to the end.
const (
	ContractorFit      ContractorStanding = "fit"      // 手续齐全
	ContractorExpiring ContractorStanding = "expiring" // 协议快到期
	ContractorLacking  ContractorStanding = "lacking"  // 手续不全
	ContractorExpired  ContractorStanding = "expired"  // 协议已到期
	ContractorOver     ContractorStanding = "ended"    // 已终止
)

// expiryWarning is how long before its last day an agreement is said to be expiring: our own figure, for a new one takes time to
// negotiate. No regulation names one.
const expiryWarning = 60 * 24 * time.Hour

// Contractor is an outside firm that works for a unit and those below it.
type Contractor struct {
	ID              string      `json:"id"`
	UnitID          string      `json:"unit_id"`
	UnitName        string      `json:"unit_name"` // read with the row
	Path            string      `json:"-"`         // of the unit, read with the row
	Name            string      `json:"name"`
	Service         string      `json:"service"`
	Contact         string      `json:"contact"`
	Phone           string      `json:"phone"`
	AgreementNumber string      `json:"agreement_number"`
	AgreedFrom      *sql.Time   `json:"agreed_from"` // the first and the last day of the agreement, their midnights
	AgreedUntil     *sql.Time   `json:"agreed_until"`
	Attachments     sql.Strings `json:"attachments"` // the agreement
	Remark          string      `json:"remark"`
	AuthorizedAt    *sql.Time   `json:"authorized_at"` // since when its people may be let into the system; nil: not
	EndedAt         *sql.Time   `json:"ended_at"`
	EndReason       string      `json:"end_reason"`
	CreatedAt       sql.Time    `json:"created_at"`
	UpdatedAt       sql.Time    `json:"updated_at"`
	Version         int64       `json:"version"`
}

// over reports whether the agreement's last day has passed.
func (c Contractor) over(now sql.Time) bool {
	return c.AgreedUntil != nil && !now.Std().Before(rules.DateOf(c.AgreedUntil.Std()).End())
}

// ContractorItem is one thing that regulations ask of a contractor, and what was done.
type ContractorItem struct {
	ContractorID string      `json:"-"`
	Item         string      `json:"item"` // confidentiality_agreement, …
	Label        string      `json:"label"`
	Grounds      []Ground    `json:"grounds"` // the rules in force that ask for it; empty: none does
	DoneOn       *sql.Time   `json:"done_on"` // the day, its midnight; nil: not done
	Note         string      `json:"note"`
	Attachments  sql.Strings `json:"attachments"`
	RecordedBy   string      `json:"-"`
	RecordedAt   *sql.Time   `json:"recorded_at"`
}

// Operated is an account that a contractor operates.
type Operated struct {
	AccountID   string   `json:"account_id"`
	AccountName string   `json:"account_name"`
	Platform    Platform `json:"platform"`
}

// ContractorView is a contractor with its items and how it stands.
type ContractorView struct {
	Contractor
	Standing ContractorStanding `json:"standing"`
	DaysLeft *int               `json:"days_left"` // of the agreement, today included; nil without a last day or after the end
	Items    []ContractorItem   `json:"items"`
	Lacking  []string           `json:"lacking"`  // labels of what the rules in force ask for and is not done
	Files    []Attachment       `json:"files"`    // those of the agreement and of the items
	Operates []Operated         `json:"operates"` // accounts not closed, at most 100
	People   int                `json:"people"`   // its employees who may sign in
	Actions  []string           `json:"actions"`  // save, record, authorize, end
}

// contractorItem is an item that rulebooks may ask for.
type contractorItem struct {
	id, label string
	signed    bool // an agreement, without which no account may be given into its hands (潼南 2022 第6条); the others are kept up later
	asked     func(*rules.Vendors) bool
}

var contractorItems = []contractorItem{
	{"operation_agreement", "运维协议", true, func(v *rules.Vendors) bool { return v.OperationAgreement }},
	{"responsibilities_agreed", "约定权责", true, func(v *rules.Vendors) bool { return v.ResponsibilitiesAgreed }},
	{"confidentiality_agreement", "保密协议", true, func(v *rules.Vendors) bool { return v.ConfidentialityAgreement }},
	{"security_requirements", "安全要求", true, func(v *rules.Vendors) bool { return v.SecurityRequirements }},
	{"secrecy_training", "保密培训", false, func(v *rules.Vendors) bool { return v.SecrecyTraining }},
	{"qualification_check", "资质审查", false, func(v *rules.Vendors) bool { return v.QualificationCheck }},
	{"daily_supervision", "日常监督", false, func(v *rules.Vendors) bool { return v.DailySupervision }},
}

// contractorAsked returns the items with the rules that ask for each at a unit now: those that hold for contractors, or those that
// hold where one operates an account.
func contractorAsked(ctx context.Context, db *sql.DB, book rules.Book, path string, operating bool) ([]ContractorItem, error) {
	law, err := book.Law(ctx, db)
	if err != nil {
		return nil, err
	}
	books := law.Regime(path).At(db.Now().Std())
	list := make([]ContractorItem, len(contractorItems))
	for i, item := range contractorItems {
		list[i] = ContractorItem{Item: item.id, Label: item.label, Grounds: []Ground{}, Attachments: sql.Strings{}}
		for _, rulebook := range books {
			vendors := rulebook.Vendors
			if operating && vendors != nil && vendors.UndertakerOutsourced != nil {
				vendors = vendors.UndertakerOutsourced
			}
			if vendors != nil && item.asked(vendors) {
				list[i].Grounds = append(list[i].Grounds, Ground{Rulebook: rulebook.ID, Articles: vendors.Articles, Citation: rulebook.Cite(vendors.Articles), Text: item.label})
			}
		}
	}
	return list, nil
}

// ContractorForm is what people write about a contractor.
type ContractorForm struct {
	UnitID          string // of a new one; it stays
	Name            string
	Service         string
	Contact         string
	Phone           string
	AgreementNumber string
	AgreedFrom      *sql.Time // any instant of the day
	AgreedUntil     *sql.Time
	Attachments     []string
	Remark          string
}

// fill checks a form and writes it into a contractor.
func (f ContractorForm) fill(ctx context.Context, tx *sql.DB, c *Contractor) error {
	c.Name, c.Service, c.Contact, c.Phone = strings.TrimSpace(f.Name), strings.TrimSpace(f.Service), strings.TrimSpace(f.Contact), strings.TrimSpace(f.Phone)
	c.AgreementNumber, c.Remark, c.Attachments = strings.TrimSpace(f.AgreementNumber), strings.TrimSpace(f.Remark), f.Attachments
	switch {
	case !isLine(c.Name, 120):
		return ErrContractorText.On("name")
	case !isLine(c.Service, 500):
		return ErrContractorText.On("service")
	case c.Contact != "" && !isLine(c.Contact, 60):
		return ErrContractorText.On("contact")
	case c.AgreementNumber != "" && !isLine(c.AgreementNumber, 120):
		return ErrContractorText.On("agreement_number")
	case !utf8.ValidString(c.Remark) || utf8.RuneCountInString(c.Remark) > 1000:
		return ErrContractorText.On("remark")
	case !units.ValidPhone(c.Phone):
		return ErrContractorPhone.On("phone")
	}
	var err error
	if c.AgreedFrom, err = agreementDay(f.AgreedFrom); err != nil {
		return err
	}
	if c.AgreedUntil, err = agreementDay(f.AgreedUntil); err != nil {
		return err
	}
	if c.AgreedFrom != nil && c.AgreedUntil != nil && *c.AgreedUntil < *c.AgreedFrom {
		return ErrContractorDates.On("agreed_until")
	}
	if len(f.Attachments) > 0 {
		_, err = ownAttachments(ctx, tx, c.UnitID, f.Attachments)
	}
	return err
}

// agreementDay is the midnight that begins the day of an instant, nil for none.
func agreementDay(at *sql.Time) (*sql.Time, error) {
	if at == nil {
		return nil, nil
	}
	day := rules.DateOf(at.Std())
	if *at <= 0 || day.Year < 1995 || day.Year > 2100 {
		return nil, ErrContractorDates.On("agreed_until")
	}
	return sql.FromStd(day.Start()).Ptr(), nil
}

// CreateContractor records a contractor of a unit at which the actor holds HandleApplications or WriteUnits. Errors:
// ErrContractorText, ErrContractorPhone, ErrContractorDates, ErrForbidden, units.ErrNotFound, files.ErrNotFound.
func CreateContractor(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, form ContractorForm) (ContractorView, error) {
	made := Contractor{ID: sql.NewID(), UnitID: form.UnitID, CreatedAt: db.Now(), UpdatedAt: db.Now()}
	err := db.InTx(ctx, func(tx *sql.DB) error {
		if err := units.Lock(ctx, tx, form.UnitID); err != nil { // it does not end meanwhile
			return err
		}
		if _, err := staffUnit(ctx, tx, actor, form.UnitID); err != nil {
			return err
		}
		if err := form.fill(ctx, tx, &made); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "contractor.insert", made); err != nil {
			return err
		}
		return units.Audit(ctx, tx, actor, units.Line{UnitID: form.UnitID, Action: ActionContractorCreate, ObjectKind: "contractor", ObjectID: made.ID,
			Detail: sql.Object{"name": made.Name}})
	})
	if err != nil {
		return ContractorView{}, wrap(err, "record contractor %s", form.Name)
	}
	return GetContractor(ctx, db, book, actor, made.ID)
}

// SaveContractor writes other words, dates and files of the agreement. An agreement that gets an earlier last day, now past, is
// authorized no more. Errors: those of CreateContractor, ErrContractorGone, ErrContractorEnded, ErrContractorStale.
func SaveContractor(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, form ContractorForm) (ContractorView, error) {
	return changeContractor(ctx, db, book, actor, id, version, func(tx *sql.DB, c Contractor) (bool, units.Line, error) {
		if err := form.fill(ctx, tx, &c); err != nil {
			return false, units.Line{}, err
		}
		if c.UpdatedAt = tx.Now(); c.over(tx.Now()) {
			c.AuthorizedAt = nil
		}
		mine, err := tx.ExecOne(ctx, "contractor.save", c)
		return mine, units.Line{Action: ActionContractorSave, Detail: sql.Object{"name": c.Name, "agreed_from": c.AgreedFrom, "agreed_until": c.AgreedUntil}}, err
	})
}

// RecordContractor records one item as done. It may be recorded again. Errors:
// ErrContractorItem, ErrProofNeeded, ErrDayInvalid and those of SaveContractor.
func RecordContractor(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, item string, proof Proof) (ContractorView, error) {
	return changeContractor(ctx, db, book, actor, id, version, func(tx *sql.DB, c Contractor) (bool, units.Line, error) {
		if !slices.ContainsFunc(contractorItems, func(known contractorItem) bool { return known.id == item }) {
			return false, units.Line{}, ErrContractorItem.On("item")
		}
		proof, err := proof.checked(ctx, tx, c.UnitID)
		if err != nil {
			return false, units.Line{}, err
		}
		done := ContractorItem{ContractorID: id, Item: item, DoneOn: &proof.DoneOn, Note: proof.Note, Attachments: proof.Attachments, RecordedBy: actor.PersonID, RecordedAt: tx.Now().Ptr()}
		for _, name := range []string{"contractor_item.delete", "contractor_item.insert"} {
			if _, err := tx.Exec(ctx, name, done); err != nil {
				return false, units.Line{}, err
			}
		}
		mine, err := tx.ExecOne(ctx, "contractor.touch", sql.Args{"id": id, "version": version, "now": tx.Now()})
		return mine, units.Line{Action: ActionContractorItem, Detail: sql.Object{"item": item}}, err
	})
}

// AuthorizeContractor says that the people of a contractor may be let into the system: everything that the rules in force ask for
// is done (潼南 2022 第37条) and the agreement has a number or a file, and days that have not passed. The actor holds WriteUnits.
// Errors: ErrContractorLacks, which names what is missing and the clause, and those of SaveContractor.
func AuthorizeContractor(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64) (ContractorView, error) {
	return changeContractor(ctx, db, book, actor, id, version, func(tx *sql.DB, c Contractor) (bool, units.Line, error) {
		if err := mustReach(ctx, tx, actor, c.UnitID, units.WriteUnits); err != nil {
			return false, units.Line{}, err
		}
		if c.AgreedFrom == nil || c.AgreedUntil == nil || c.AgreementNumber == "" && len(c.Attachments) == 0 || c.over(tx.Now()) {
			return false, units.Line{}, ErrContractorLacks.Say("请先填写服务协议的起止日期，以及编号或附件；协议已到期的请先续签。").On("agreed_until")
		}
		items, err := itemsOf(ctx, tx, book, c, false)
		if err != nil {
			return false, units.Line{}, err
		}
		if err := lacks(ErrContractorLacks, "“%s”还缺%s，不能授权进入系统。请逐项补齐。", c, items); err != nil {
			return false, units.Line{}, err
		}
		mine, err := tx.ExecOne(ctx, "contractor.authorize", sql.Args{"id": id, "version": version, "now": tx.Now()})
		return mine, units.Line{Action: ActionContractorAuthorize, Detail: sql.Object{"name": c.Name}}, err
	})
}

// EndContractor ends the work of a contractor. Its accounts and people are listed with it until somebody else has them. Errors:
// ErrReasonNeeded and those of SaveContractor.
func EndContractor(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64, reason string) (ContractorView, error) {
	reason, err := cleanReason(reason, "reason")
	if err != nil {
		return ContractorView{}, err
	}
	return changeContractor(ctx, db, book, actor, id, version, func(tx *sql.DB, c Contractor) (bool, units.Line, error) {
		mine, err := tx.ExecOne(ctx, "contractor.end", sql.Args{"id": id, "version": version, "reason": reason, "now": tx.Now()})
		return mine, units.Line{Action: ActionContractorEnd, Detail: sql.Object{"name": c.Name, "reason": reason}}, err
	})
}

// changeContractor runs one change of a contractor that the actor may handle, with its audit line.
func changeContractor(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string, version int64,
	work func(tx *sql.DB, c Contractor) (bool, units.Line, error)) (ContractorView, error) {
	err := db.InTx(ctx, func(tx *sql.DB) error {
		if _, err := tx.Exec(ctx, "contractor.lock", sql.Args{"id": id}); err != nil {
			return err
		}
		c, err := visibleContractor(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if _, err := staffUnit(ctx, tx, actor, c.UnitID); err != nil {
			return err
		}
		switch {
		case c.EndedAt != nil:
			return ErrContractorEnded
		case c.Version != version:
			return ErrContractorStale
		}
		mine, line, err := work(tx, c)
		if err != nil {
			return err
		}
		if !mine {
			return ErrContractorStale
		}
		line.UnitID, line.ObjectKind, line.ObjectID = c.UnitID, "contractor", id
		return units.Audit(ctx, tx, actor, line)
	})
	if err != nil {
		return ContractorView{}, wrap(err, "change contractor %s", id)
	}
	return GetContractor(ctx, db, book, actor, id)
}

func visibleContractor(ctx context.Context, db *sql.DB, actor units.Actor, id string) (Contractor, error) {
	c, err := sql.Get[Contractor](ctx, db, "contractor.visible", sql.Args{"id": id, "reader_id": actor.PersonID, "roles": units.RolesWith(units.ReadUnits)})
	if errors.Is(err, sql.ErrNone) {
		err = ErrContractorGone
	}
	return c, err
}

// itemsOf returns the items of a contractor with what was done and the rules that ask for each.
func itemsOf(ctx context.Context, db *sql.DB, book rules.Book, c Contractor, operating bool) ([]ContractorItem, error) {
	items, err := contractorAsked(ctx, db, book, c.Path, operating)
	if err != nil {
		return nil, err
	}
	done, err := sql.List[ContractorItem](ctx, db, "contractor_item.of", sql.Args{"ids": []string{c.ID}})
	if err != nil {
		return nil, err
	}
	for i := range items {
		for _, d := range done {
			if d.Item == items[i].Item {
				items[i].DoneOn, items[i].Note, items[i].Attachments, items[i].RecordedAt = d.DoneOn, d.Note, d.Attachments, d.RecordedAt
			}
		}
	}
	return items, nil
}

// lacking are the labels of what is asked for and not done.
func lacking(items []ContractorItem) []string {
	labels := []string{}
	for _, item := range items {
		if len(item.Grounds) > 0 && item.DoneOn == nil {
			labels = append(labels, item.Label)
		}
	}
	return labels
}

// lacks is a refusal that names what is missing and cites the first rule that asks for it, nil when nothing is.
func lacks(refusal *fault.Fault, sentence string, c Contractor, items []ContractorItem) error {
	labels := strings.Join(lacking(items), "、")
	for _, item := range items {
		if len(item.Grounds) > 0 && item.DoneOn == nil {
			ground := item.Grounds[0]
			return refusal.Say(sentence, c.Name, labels+"（"+ground.Citation+"）").Under(ground.Rulebook, ground.Articles)
		}
	}
	return nil
}

// operableBy returns nil when an account of a unit may be given into the hands of a contractor: it works for the unit or one above
// it, its work has not ended, the agreement has not run out, and what must be signed before is signed (潼南 2022 第6条). Errors:
// ErrContractorGone, ErrContractorElse, ErrContractorEnded, ErrContractorUnfit, which names what is missing and the clause.
func operableBy(ctx context.Context, tx *sql.DB, book rules.Book, path, contractorID string) error {
	c, err := sql.Get[Contractor](ctx, tx, "contractor.get", sql.Args{"id": contractorID})
	switch {
	case errors.Is(err, sql.ErrNone):
		return ErrContractorGone.On("contractor_id")
	case err != nil:
		return err
	case !strings.HasPrefix(path, c.Path):
		return ErrContractorElse.On("contractor_id")
	case c.EndedAt != nil:
		return ErrContractorEnded.On("contractor_id")
	case c.over(tx.Now()):
		return ErrContractorUnfit.Say("与“%s”的服务协议已经到期，账号不能交它运维。请先续签并登记。", c.Name).On("contractor_id")
	}
	c.Path = path // the rules that hold for the account
	items, err := itemsOf(ctx, tx, book, c, true)
	if err != nil {
		return err
	}
	return lacks(ErrContractorUnfit.On("contractor_id"), "“%s”还缺%s，账号不能交它运维。请先在服务商登记中补齐。", c, theSigned(items, true))
}

// theSigned are those of some items that are agreements, without which no account is given away, or those that are not: 资质审查 and
// 日常监督 go on while a contractor operates an account, so that they are listed and keep nobody from beginning (潼南 6, TN-06c).
func theSigned(items []ContractorItem, signed bool) []ContractorItem {
	var list []ContractorItem
	for i, item := range contractorItems {
		if item.signed == signed {
			list = append(list, items[i])
		}
	}
	return list
}

// keptUp are the items that the rules ask to be kept up while a contractor operates an account of a unit, and that nobody recorded.
func keptUp(ctx context.Context, db *sql.DB, book rules.Book, path, contractorID string) ([]ContractorItem, error) {
	items, err := itemsOf(ctx, db, book, Contractor{ID: contractorID, Path: path}, true)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(theSigned(items, false), func(item ContractorItem) bool { return len(item.Grounds) == 0 || item.DoneOn != nil }), nil
}

// letsIn returns nil when somebody of a contractor may be let into the system.
func letsIn(ctx context.Context, tx *sql.DB, actor units.Actor, contractorID string) error {
	c, err := visibleContractor(ctx, tx, actor, contractorID)
	switch {
	case err != nil:
		return err
	case c.EndedAt != nil:
		return ErrContractorEnded.On("contractor_id")
	case c.AuthorizedAt == nil || c.over(tx.Now()):
		return ErrContractorNoAccess.On("contractor_id")
	}
	return nil
}

// GetContractor returns a contractor of a unit the actor reaches with ReadUnits; ErrContractorGone otherwise.
func GetContractor(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, id string) (ContractorView, error) {
	c, err := visibleContractor(ctx, db, actor, id)
	if err != nil {
		return ContractorView{}, wrap(err, "get contractor %s", id)
	}
	view, err := viewContractor(ctx, db, book, actor, c)
	return view, wrap(err, "get contractor %s", id)
}

func viewContractor(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, c Contractor) (ContractorView, error) {
	view := ContractorView{Contractor: c, Actions: []string{}}
	var err error
	if view.Items, err = itemsOf(ctx, db, book, c, false); err != nil {
		return view, err
	}
	if view.Lacking = []string{}; c.EndedAt == nil { // nobody has to make up what an ended one lacks
		view.Lacking = lacking(view.Items)
	}
	files := slices.Clone(c.Attachments)
	for _, item := range view.Items {
		files = append(files, item.Attachments...)
	}
	if view.Files, err = attached(ctx, db, files); err != nil {
		return view, err
	}
	if view.Operates, err = sql.List[Operated](ctx, db, "contractor.accounts", sql.Args{"id": c.ID}); err != nil {
		return view, err
	}
	if view.People, err = sql.Get[int](ctx, db, "contractor.people", sql.Args{"id": c.ID}); err != nil {
		return view, err
	}
	view.stand(db.Now())
	if _, refused := staffUnit(ctx, db, actor, c.UnitID); refused == nil && c.EndedAt == nil {
		view.Actions = []string{"save", "record", "end"}
		if mustReach(ctx, db, actor, c.UnitID, units.WriteUnits) == nil && c.AuthorizedAt == nil {
			view.Actions = append(view.Actions, "authorize")
		}
	}
	return view, nil
}

// stand says how a contractor stands at an instant.
func (v *ContractorView) stand(now sql.Time) {
	if v.EndedAt != nil {
		v.Standing = ContractorOver
		return
	}
	if v.AgreedUntil != nil {
		left := max(0, int(rules.DateOf(v.AgreedUntil.Std()).End().Sub(rules.DateOf(now.Std()).Start()).Hours()/24))
		v.DaysLeft = &left
	}
	switch {
	case v.over(now):
		v.Standing = ContractorExpired
	case len(v.Lacking) > 0:
		v.Standing = ContractorLacking
	case v.AgreedUntil != nil && v.AgreedUntil.Sub(now) < expiryWarning:
		v.Standing = ContractorExpiring
	default:
		v.Standing = ContractorFit
	}
}

// ContractorFilter narrows and pages a list of contractors; an empty field narrows nothing.
type ContractorFilter struct {
	UnitID string // this unit and those below it
	State  string // working, expiring, expired, ended
	Query  string // a part of the name
	Before string // the id of the last one of the page before
	Limit  int    // 1 to 200; anything else means 50
}

// Contractors returns contractors of the units the actor reaches with ReadUnits, the last recorded first.
func Contractors(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, filter ContractorFilter) ([]ContractorView, error) {
	path, err := pathIn(ctx, db, actor, filter.UnitID)
	if err != nil {
		return nil, err
	}
	args := sql.Args{"reader_id": actor.PersonID, "roles": units.RolesWith(units.ReadUnits), "path": path, "pattern": like(filter.Query), "before": filter.Before,
		"limit": rowLimit(filter.Limit), "ended": "", "from": sql.Time(0), "until": sql.Time(0)}
	today := sql.FromStd(rules.DateOf(db.Now().Std()).Start())
	switch filter.State {
	case "":
	case "working":
		args["ended"] = "no"
	case "ended":
		args["ended"] = "yes"
	case "expiring":
		args["ended"], args["from"], args["until"] = "no", today, db.Now().Add(expiryWarning)
	case "expired":
		args["ended"], args["until"] = "no", today
	default:
		return nil, ErrFilterPeople.On("state")
	}
	list, err := sql.List[Contractor](ctx, db, "contractor.list", args)
	if err != nil {
		return nil, wrap(err, "list contractors")
	}
	views := make([]ContractorView, len(list))
	for i, c := range list {
		if views[i], err = viewContractor(ctx, db, book, actor, c); err != nil {
			return nil, wrap(err, "list contractors")
		}
	}
	return views, nil
}

// ContractorsServing returns the contractors into whose hands an account of a unit could be given, by name: of the unit and those
// above it, not ended. The actor reaches the unit.
func ContractorsServing(ctx context.Context, db *sql.DB, actor units.Actor, unitID string) ([]Contractor, error) {
	unit, err := units.Get(ctx, db, actor, unitID)
	if err != nil {
		return nil, err
	}
	list, err := sql.List[Contractor](ctx, db, "contractor.serving", sql.Args{"units": strings.Split(strings.TrimSuffix(unit.Path, "/"), "/")})
	return list, wrap(err, "list the contractors of unit %s", unitID)
}

// checkContractor refuses a record that comes newly into the hands of a contractor who may not operate it: with another contractor
// than before, or at another unit.
func checkContractor(ctx context.Context, tx *sql.DB, book rules.Book, before, after Record) error {
	is, was := after.Particulars.ContractorID, before.Particulars.ContractorID
	if is == nil || was != nil && *was == *is && before.UnitID == after.UnitID {
		return nil
	}
	return operableBy(ctx, tx, book, after.Path, *is)
}
