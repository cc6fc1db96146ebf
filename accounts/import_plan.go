package accounts

import (
	"context"
	"hash/maphash"
	"maps"
	"slices"
	"strings"

	"govmedia/fault"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// planner finds out what rows will do.
type planner struct {
	in    Import
	actor units.Actor
	book  rules.Book
	units *unitFinder
}

// plan matches rows with the register and says of each what it will do. Rows that are refused already stay so.
func (p *planner) plan(ctx context.Context, db *sql.DB, drafts []*rowDraft) error {
	if err := p.match(ctx, db, drafts); err != nil {
		return err
	}
	var ids []string
	for _, d := range drafts {
		if len(d.match) == 1 {
			ids = append(ids, d.match[0])
		}
	}
	slices.Sort(ids)
	records, err := Records(ctx, db, slices.Compact(ids))
	if err != nil {
		return err
	}
	known := make(map[string]Record, len(records))
	for _, record := range records {
		known[record.ID] = record
	}
	for _, d := range drafts {
		if d.refused() {
			continue
		}
		switch {
		case len(d.match) > 1:
			err = ErrImportAmbiguous
		case len(d.match) == 1:
			err = p.compare(ctx, db, d, known[d.match[0]])
		default:
			err = p.create(d, db.Now())
		}
		if fault.As(err) != nil {
			d.refuse(err)
		} else if err != nil {
			return err
		}
	}
	return nil
}

// create says what stands against a new account; for a sheet that is held against the register nothing does.
func (p *planner) create(d *rowDraft, now sql.Time) error {
	d.Outcome = OutcomeCreate
	if p.in.Kind != ImportRegister {
		return nil
	}
	r, err := p.fresh(d)
	if err != nil {
		return err
	}
	if r.UnitID == "" {
		return ErrUnitUnknown.Say("这一行没有写主办单位，请补上，或在对应关系里选一个空白时的默认单位。").On(unitField.Name)
	}
	if err := beginOf(&r, now); err != nil {
		return err
	}
	if r.Kind == "" && len(kindsOf[r.Platform]) > 1 {
		return ErrKindUnfit.Say("看不出账号类型：%s 有几种账号，请补上，或在对应关系里选一个空白时的默认类型。", r.Platform.Label()).On("kind")
	}
	return checkAccount(r.Account)
}

// fresh is the record of a new account: what the row says, what follows from it, and what the mapping assumes of the rest.
func (p *planner) fresh(d *rowDraft) (Record, error) {
	r := d.record
	state, mode := r.State, r.Mode
	complete(&r)
	r.State, r.Mode = state, mode // complete says something where nothing is said; the mapping may say other things
	for _, name := range slices.Sorted(maps.Keys(p.in.Mapping.Assume)) {
		text := p.in.Mapping.Assume[name]
		f, _ := FieldNamed(name)
		if r.Text(name) != "" || !f.Has(r.Kind) || text == "" {
			continue
		}
		if name == unitField.Name {
			if ids := p.units.named(text); len(ids) == 1 {
				r.UnitID, r.UnitName = ids[0], p.units.names[ids[0]]
			}
			continue
		}
		probe := r
		if err := probe.Set(name, text); err != nil {
			return Record{}, err
		}
		if name != "kind" || slices.Contains(kindsOf[r.Platform], probe.Kind) || r.Platform == "" {
			r = probe
		}
	}
	complete(&r)
	return r, nil
}

// compare says what of an account the row would change. Errors: ErrImportReach, the checks of the fields, ErrNeedsApplication.
func (p *planner) compare(ctx context.Context, db *sql.DB, d *rowDraft, before Record) error {
	d.AccountID, d.ours = &before.ID, before
	if !p.units.reaches(before.UnitID) {
		return ErrImportReach
	}
	if before.UnitName == "" {
		before.UnitName = p.units.names[before.UnitID]
	}
	after, err := p.applied(d, before, p.in.Kind != ImportRegister)
	if err != nil {
		return err
	}
	d.Outcome, d.Changes = OutcomeSame, Differences{}
	for _, f := range fields {
		was, became := f.text(&before), f.text(&after)
		if was != became {
			d.Changes = append(d.Changes, Difference{f.Name, f.Label, was, became})
			d.Outcome = OutcomeChange
		}
	}
	if d.Outcome == OutcomeSame || p.in.Kind != ImportRegister {
		return nil
	}
	if before.State == Closed {
		return ErrStateRefuses
	}
	if after.Platform != before.Platform {
		return ErrKindUnfit.On("platform")
	}
	if err := checkAccount(after.Account); err != nil {
		return err
	}
	return p.mayChange(ctx, db, before, after)
}

// mayChange refuses what only an application changes of an account in use, unless the import says why the register had it wrong.
func (p *planner) mayChange(ctx context.Context, db *sql.DB, before, after Record) error {
	err := mayEdit(ctx, db, p.book, p.actor, before, after, strings.TrimSpace(p.in.Mapping.Correction))
	refusal := fault.As(err)
	if refusal == nil {
		return err
	}
	f, _ := FieldNamed(refusal.Field)
	return refusal.Say("%s由“%s”改成“%s”，要先办理变更申请，请到“申请”里办理。确属台账登记错了的，请回到对应关系写明更正理由，再预览一次。", f.Label,
		cut(f.text(&before), 60), cut(f.text(&after), 60))
}

// applied is a record with what the row says of it. What only an account's own acts change is left and noted, unless all is
// asked for.
func (p *planner) applied(d *rowDraft, before Record, all bool) (Record, error) {
	after := before
	var notes sql.Strings
	for _, f := range fields {
		text, said := d.Fields[f.Name]
		switch {
		case !said:
		case f.Name == unitField.Name:
			if after.UnitID != d.record.UnitID {
				after.UnitID, after.UnitName, after.Path = d.record.UnitID, d.record.UnitName, ""
			}
		case f.Fixed && !all:
			if was := f.text(&before); was != text {
				notes = append(notes, f.Label+"写的是“"+cut(text, 40)+"”，台账是“"+was+"”：这一项由办理步骤改变，没有改动。")
			}
		default:
			if err := after.Set(f.Name, text); err != nil {
				return Record{}, err
			}
		}
	}
	for _, note := range notes {
		if !slices.Contains(d.Notes, note) {
			d.Notes = append(d.Notes, note)
		}
	}
	return after, nil
}

// found is an account that a word finds.
type found struct {
	ID       string
	Platform Platform
	UnitID   string
	Word     string
	External string // of a match by name
	National string
}

// contradicts reports whether an account of the same name is another one: both have an id and not the same.
func (f found) contradicts(d *rowDraft) bool {
	national := d.record.Particulars.NationalID
	return d.external != "" && f.External != "" && f.External != d.external || national != "" && f.National != "" && f.National != national
}

// externalOf is the platform's id of the account that a row is about: as it says, else as the address of the home page has it.
// Empty when neither tells.
func externalOf(r Record) string {
	if r.ExternalID != nil {
		return *r.ExternalID
	}
	told, err := Recognize(r.HomeURL)
	if err != nil || r.Platform != "" && told.Platform != r.Platform {
		return ""
	}
	return told.ExternalID
}

// match finds the accounts that rows are: by the national id, else by the platform's id, else by unit, platform and name. What
// knows better than a name overrules it; two ids that contradict each other leave two matches.
func (p *planner) match(ctx context.Context, db *sql.DB, drafts []*rowDraft) error {
	var national, external, names, unitIDs []string
	for _, d := range drafts {
		d.match = nil
		if d.refused() {
			continue
		}
		if d.record.Platform == "" {
			d.record.Platform = platformOf(d.record.Kind)
		}
		if id := d.record.Particulars.NationalID; id != "" {
			national = append(national, id)
		}
		if d.external = externalOf(d.record); d.external != "" {
			external = append(external, d.external)
		}
		if d.record.Name != "" && p.unitOf(d) != "" {
			names, unitIDs = append(names, d.record.Name), append(unitIDs, p.unitOf(d))
		}
	}
	byNational, err := finds(ctx, db, "import.match_national", sql.Args{"words": national}, len(national), func(f found) string { return f.Word })
	if err != nil {
		return err
	}
	byExternal, err := finds(ctx, db, "import.match_external", sql.Args{"words": external, "platforms": slices.Collect(maps.Keys(kindsOf))}, len(external),
		func(f found) string { return string(f.Platform) + "\n" + f.Word })
	if err != nil {
		return err
	}
	byName, err := finds(ctx, db, "import.match_name", sql.Args{"words": unique(names), "unit_ids": unique(unitIDs)}, len(names),
		func(f found) string { return string(f.Platform) + "\n" + f.UnitID + "\n" + f.Word })
	if err != nil {
		return err
	}
	for _, d := range drafts {
		if d.refused() {
			continue
		}
		r := d.record
		sure := slices.Clone(byNational[r.Particulars.NationalID])
		if d.external != "" {
			sure = append(sure, matchPlatform(byExternal, r.Platform, d.external)...)
		}
		if len(sure) == 0 && r.Name != "" {
			named := slices.Clone(matchPlatform(byName, r.Platform, p.unitOf(d)+"\n"+r.Name))
			named = slices.DeleteFunc(named, func(f found) bool { return f.contradicts(d) })
			if sure = named; r.Platform != "" {
				sure = named[max(0, len(named)-1):] // the last is the one in use
			}
		}
		for _, f := range sure {
			d.match = append(d.match, f.ID)
		}
		d.match = unique(d.match)
	}
	return nil
}

func unique(words []string) []string {
	slices.Sort(words)
	return slices.Compact(words)
}

// unitOf is the unit that a row tells, or that is assumed where it tells none.
func (p *planner) unitOf(d *rowDraft) string {
	if d.record.UnitID != "" || d.Fields[unitField.Name] != "" {
		return d.record.UnitID
	}
	if ids := p.units.named(p.in.Mapping.Assume[unitField.Name]); len(ids) == 1 {
		return ids[0]
	}
	return ""
}

// finds asks a statement of matches, unless there is nothing to ask, and returns them by a key.
func finds(ctx context.Context, db *sql.DB, name string, args sql.Args, asked int, key func(found) string) (map[string][]found, error) {
	byKey := map[string][]found{}
	if asked == 0 {
		return byKey, nil
	}
	list, err := sql.List[found](ctx, db, name, args)
	for _, f := range list {
		byKey[key(f)] = append(byKey[key(f)], f)
	}
	return byKey, err
}

// matchPlatform looks a word up on one platform, or on all where the row tells none.
func matchPlatform(byKey map[string][]found, platform Platform, word string) []found {
	if platform != "" {
		return byKey[string(platform)+"\n"+word]
	}
	var all []found
	for _, platform := range slices.Sorted(maps.Keys(kindsOf)) {
		all = append(all, byKey[string(platform)+"\n"+word]...)
	}
	return all
}

func platformOf(kind Kind) Platform {
	for platform, kinds := range kindsOf {
		if kind != "" && slices.Contains(kinds, kind) {
			return platform
		}
	}
	return ""
}

// repeats remembers of each row what it is known by, as hashes: a million of them take some 40 MB. Two different texts of one
// hash are as likely as one in a hundred million sheets.
type repeats struct {
	seed maphash.Seed
	rows map[uint64]seenRow
}

type seenRow struct {
	number int32
	id     uint32 // of the account's own ids; 0 when the row tells none
}

func newRepeats() *repeats { return &repeats{maphash.MakeSeed(), map[uint64]seenRow{}} }

// before returns the number of an earlier row of the same account, 0 when there is none; then the row is remembered. Two rows
// of one name and different ids are two accounts.
func (s *repeats) before(d *rowDraft, unitID string) int {
	r, external := d.record, d.external
	var keys []string
	if r.Particulars.NationalID != "" {
		keys = append(keys, "n\n"+r.Particulars.NationalID)
	}
	if external != "" {
		keys = append(keys, "e\n"+string(r.Platform)+"\n"+external)
	}
	ids := r.Particulars.NationalID + "\n" + external
	if ids == "\n" {
		ids = ""
	}
	if d.AccountID != nil {
		keys = append(keys, "a\n"+*d.AccountID)
	} else if r.Name != "" {
		if unitID == "" {
			unitID = d.Fields[unitField.Name]
		}
		keys = append(keys, strings.Join([]string{"u", string(r.Platform), unitID, r.Name}, "\n"))
	}
	seen := seenRow{number: int32(d.Number)}
	if ids != "" {
		seen.id = uint32(maphash.String(s.seed, ids)) | 1 // half a hash is enough here
	}
	hashes := make([]uint64, len(keys))
	for i, key := range keys {
		hashes[i] = maphash.String(s.seed, key)
		earlier, known := s.rows[hashes[i]]
		if known && (key[0] != 'u' || earlier.id == 0 || seen.id == 0 || earlier.id == seen.id) {
			return int(earlier.number)
		}
	}
	for _, hash := range hashes {
		s.rows[hash] = seen
	}
	return 0
}
