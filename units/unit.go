package units

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"govmedia/sql"
)

// Level is what kind of organisation a unit is. The rulebooks name some of them (unit_levels).
type Level string

// The levels, from the top down.
const (
	LevelGovernment           Level = "government"
	LevelOffice               Level = "office"
	LevelPrefectureDepartment Level = "prefecture_department"
	LevelCountyDepartment     Level = "county_department"
	LevelTownship             Level = "township"
	LevelSubdistrict          Level = "subdistrict"
	LevelInstitution          Level = "institution"
	LevelEnterprise           Level = "enterprise"
	LevelSection              Level = "section"
)

var levelNames = map[Level]string{
	LevelGovernment: "人民政府", LevelOffice: "政府办公室", LevelPrefectureDepartment: "市（州）直部门", LevelCountyDepartment: "区（县）直部门",
	LevelTownship: "乡镇", LevelSubdistrict: "街道", LevelInstitution: "事业单位", LevelEnterprise: "国有企业", LevelSection: "内设科室",
}

// Levels returns all levels from the top down, for lists to choose from.
func Levels() []Level {
	return []Level{LevelGovernment, LevelOffice, LevelPrefectureDepartment, LevelCountyDepartment,
		LevelTownship, LevelSubdistrict, LevelInstitution, LevelEnterprise, LevelSection}
}

// Label is the level's name on the screen; an unknown level comes back as it is.
func (l Level) Label() string {
	if name, known := levelNames[l]; known {
		return name
	}
	return string(l)
}

// The longest a name may be, in characters, and a path in bytes: what the columns hold.
const (
	maxName      = 120
	maxShortName = 60
	maxPath      = 180
)

// Unit is an organisation in the tree. An office that supervises others is a unit too.
type Unit struct {
	ID        string    `json:"id"`
	ParentID  *string   `json:"parent_id"` // nil at the top
	Path      string    `json:"path"`      // ids from the top down to this unit, each followed by a slash
	Name      string    `json:"name"`
	ShortName string    `json:"short_name"`
	Level     Level     `json:"level"`
	IsOffice  bool      `json:"is_office"` // a supervising office (主管单位)
	ClosedAt  *sql.Time `json:"closed_at"`
	CreatedAt sql.Time  `json:"created_at"`
	UpdatedAt sql.Time  `json:"updated_at"`
	Version   int64     `json:"version"`
}

// Branch is a unit as it stands in a tree.
type Branch struct {
	Unit
	Depth int `json:"depth"` // how many of its ancestors stand in the same list
}

// Tree returns the open units the actor reaches, each behind its parent, siblings in the order in which they were made.
func Tree(ctx context.Context, db *sql.DB, actor Actor) ([]Branch, error) {
	name := "unit.tree"
	if actor.system {
		name = "unit.whole_tree"
	}
	list, err := sql.List[Unit](ctx, db, name, sql.Args{"person_id": actor.PersonID, "roles": RolesWith(ReadUnits)})
	if err != nil {
		return nil, fmt.Errorf("units: list the tree: %w", err)
	}
	tree := make([]Branch, len(list))
	var above []string // paths of the ancestors of the present unit
	for i, unit := range list {
		for len(above) > 0 && !strings.HasPrefix(unit.Path, above[len(above)-1]) {
			above = above[:len(above)-1]
		}
		tree[i] = Branch{Unit: unit, Depth: len(above)}
		above = append(above, unit.Path)
	}
	return tree, nil
}

// Get returns a unit the actor reaches, closed ones too; ErrNotFound otherwise.
func Get(ctx context.Context, db *sql.DB, actor Actor, id string) (Unit, error) {
	return within(ctx, db, actor, id, RolesWith(ReadUnits))
}

// within returns the unit if the actor reaches it in one of the roles. The program itself reaches every unit.
func within(ctx context.Context, db *sql.DB, actor Actor, id string, roles []string) (Unit, error) {
	name := "unit.visible"
	if actor.system {
		name = "unit.get"
	}
	unit, err := sql.Get[Unit](ctx, db, name, sql.Args{"id": id, "person_id": actor.PersonID, "roles": roles})
	if errors.Is(err, sql.ErrNone) {
		return Unit{}, ErrNotFound
	}
	if err != nil {
		return Unit{}, fmt.Errorf("units: get unit %s: %w", id, err)
	}
	return unit, nil
}

// writable returns the unit if the actor may change it: reached with WriteUnits and open.
func writable(ctx context.Context, tx *sql.DB, actor Actor, id string) (Unit, error) {
	unit, err := within(ctx, tx, actor, id, RolesWith(WriteUnits))
	if err == nil && unit.ClosedAt != nil {
		err = ErrClosed
	}
	return unit, err
}

// NewUnit is what a new unit is made of.
type NewUnit struct {
	ParentID  string // empty at the top, which only the program itself may ask for
	Name      string
	ShortName string // empty takes the beginning of the name
	Level     Level
	IsOffice  bool
	Rulebook  string // empty inherits; the caller checks that there is such a rulebook
}

// Create adds a unit under a parent that the actor may change.
func Create(ctx context.Context, db *sql.DB, actor Actor, in NewUnit) (Unit, error) {
	name, short, err := cleanNames(in.Name, in.ShortName)
	if err != nil {
		return Unit{}, err
	}
	if _, known := levelNames[in.Level]; !known {
		return Unit{}, ErrLevelUnknown.On("level")
	}
	if in.ParentID == "" && !actor.system {
		return Unit{}, ErrParentNeeded.On("parent_id")
	}
	var made Unit
	err = db.InTx(ctx, func(tx *sql.DB) error {
		unit := Unit{ID: sql.NewID(), Name: name, ShortName: short, Level: in.Level, IsOffice: in.IsOffice,
			CreatedAt: tx.Now(), UpdatedAt: tx.Now(), Version: 1}
		if err := hang(ctx, tx, actor, &unit, in.ParentID); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "unit.insert", sql.Args{"id": unit.ID, "parent_id": unit.ParentID, "path": unit.Path, "name": unit.Name,
			"short_name": unit.ShortName, "level": unit.Level, "is_office": unit.IsOffice, "created_at": unit.CreatedAt})
		if err != nil {
			return err
		}
		if in.Rulebook != "" {
			if err := Use(ctx, tx, RulebookUse{ID: sql.NewID(), UnitID: unit.ID, Rulebook: in.Rulebook, Layer: LocalLayer, CreatedBy: actor.PersonID, CreatedAt: tx.Now()}); err != nil {
				return err
			}
		}
		made = unit
		return Audit(ctx, tx, actor, Line{UnitID: unit.ID, Action: ActionUnitCreate, ObjectKind: "unit", ObjectID: unit.ID,
			Detail: sql.Object{"name": unit.Name, "level": unit.Level, "parent_id": in.ParentID, "is_office": unit.IsOffice, "rulebook": in.Rulebook}})
	})
	return made, wrap(err, "create unit %s", name)
}

// hang gives a new unit its place under the parent, with the tree locked and the name free.
func hang(ctx context.Context, tx *sql.DB, actor Actor, unit *Unit, parentID string) error {
	if parentID == "" {
		unit.Path = unit.ID + "/"
		return nameFree(ctx, tx, *unit)
	}
	if err := lockTrees(ctx, tx, parentID); err != nil {
		return err
	}
	parent, err := writable(ctx, tx, actor, parentID)
	if err != nil {
		return err
	}
	unit.ParentID, unit.Path = &parent.ID, parent.Path+unit.ID+"/"
	if len(unit.Path) > maxPath {
		return ErrTooDeep.On("parent_id")
	}
	return nameFree(ctx, tx, *unit)
}

// Rename gives a unit another name and short name, where the version is still the one the actor saw.
func Rename(ctx context.Context, db *sql.DB, actor Actor, id string, version int64, name, shortName string) (Unit, error) {
	name, short, err := cleanNames(name, shortName)
	if err != nil {
		return Unit{}, err
	}
	return change(ctx, db, actor, id, ActionUnitRename, func(tx *sql.DB, unit Unit) (sql.Object, error) {
		renamed := unit
		renamed.Name = name
		if err := nameFree(ctx, tx, renamed); err != nil {
			return nil, err
		}
		err := guarded(tx.ExecOne(ctx, "unit.rename", sql.Args{"id": id, "version": version, "name": name, "short_name": short, "now": tx.Now()}))
		return sql.Object{"from": unit.Name, "to": name}, err
	})
}

// Move puts a unit with all below it under another parent. What other packages keep of its place they move in the same
// transaction: accounts.MoveUnit is the door for everybody else. Both must be in the actor's reach. A unit does not go below
// itself (ErrCycle), nor so deep that a path no longer fits (ErrTooDeep).
func Move(ctx context.Context, db *sql.DB, actor Actor, id string, version int64, parentID string) (Unit, error) {
	if parentID == "" {
		return Unit{}, ErrParentNeeded.On("parent_id")
	}
	move := func(tx *sql.DB, unit Unit) (sql.Object, error) {
		parent, err := writable(ctx, tx, actor, parentID)
		if err != nil {
			return nil, err
		}
		if strings.HasPrefix(parent.Path, unit.Path) {
			return nil, ErrCycle.On("parent_id")
		}
		from := unit.ParentID
		unit.ParentID = &parent.ID
		if err := nameFree(ctx, tx, unit); err != nil {
			return nil, err
		}
		if err := guarded(tx.ExecOne(ctx, "unit.place", sql.Args{"id": id, "version": version, "parent_id": parent.ID, "now": tx.Now()})); err != nil {
			return nil, err
		}
		if err := shiftPaths(ctx, tx, unit.Path, parent.Path+unit.ID+"/"); err != nil {
			return nil, err
		}
		return sql.Object{"from": from, "to": parent.ID}, TouchLaw(ctx, tx)
	}
	return change(ctx, db, actor, id, ActionUnitMove, move, parentID)
}

func shiftPaths(ctx context.Context, tx *sql.DB, from, to string) error {
	deepest, err := sql.Get[int](ctx, tx, "unit.deepest", sql.Args{"path": from})
	if err != nil {
		return err
	}
	if deepest-len(from)+len(to) > maxPath {
		return ErrTooDeep.On("parent_id")
	}
	_, err = tx.Exec(ctx, "unit.shift_paths", sql.Args{"new_path": to, "old_path": from, "kept": len(from) + 1})
	return err
}

// Close ends a unit that has no open unit below it and nobody on it who may sign in; it stays readable. What else must
// have ended, such as its accounts, accounts.CloseUnit checks in the same transaction: it is the door for everybody else.
func Close(ctx context.Context, db *sql.DB, actor Actor, id string, version int64) (Unit, error) {
	return change(ctx, db, actor, id, ActionUnitClose, func(tx *sql.DB, unit Unit) (sql.Object, error) {
		if err := Lock(ctx, tx, id); err != nil { // nobody is given a role here meanwhile
			return nil, err
		}
		for _, name := range []string{"unit.open_children", "unit.staff"} {
			left, err := sql.Get[int](ctx, tx, name, sql.Args{"id": id})
			if err != nil {
				return nil, err
			}
			if left > 0 {
				return nil, ErrNotEmpty
			}
		}
		return sql.Object{"name": unit.Name}, guarded(tx.ExecOne(ctx, "unit.close", sql.Args{"id": id, "version": version, "now": tx.Now()}))
	})
}

// change runs one change of a unit in a transaction: the trees of the unit and of others locked, the unit within reach
// and open, the audit line behind it.
func change(ctx context.Context, db *sql.DB, actor Actor, id string, action Action,
	work func(tx *sql.DB, unit Unit) (sql.Object, error), others ...string) (Unit, error) {
	var changed Unit
	err := db.InTx(ctx, func(tx *sql.DB) error {
		if err := lockTrees(ctx, tx, append(others, id)...); err != nil {
			return err
		}
		unit, err := writable(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		detail, err := work(tx, unit)
		if err != nil {
			return err
		}
		if changed, err = sql.Get[Unit](ctx, tx, "unit.get", sql.Args{"id": id}); err != nil {
			return err
		}
		return Audit(ctx, tx, actor, Line{UnitID: id, Action: action, ObjectKind: "unit", ObjectID: id, Detail: detail})
	})
	if err != nil {
		return Unit{}, wrap(err, "%s %s", action, id)
	}
	return changed, nil
}

// lockTrees holds the top rows of the trees in which the units stand, so that one change of a tree at a time looks at
// paths and names and writes them. Changes are rare; readers do not wait.
func lockTrees(ctx context.Context, tx *sql.DB, ids ...string) error {
	before, err := topsOf(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, top := range before {
		if err := Lock(ctx, tx, top); err != nil {
			return err
		}
	}
	after, err := topsOf(ctx, tx, ids)
	if err == nil && !slices.Equal(before, after) {
		err = sql.ErrConflict // moved to another tree while we waited
	}
	return err
}

// topsOf returns the ids at the top of the units' paths, sorted, each once: the order in which they are locked.
func topsOf(ctx context.Context, tx *sql.DB, ids []string) ([]string, error) {
	var tops []string
	for _, id := range ids {
		path, err := pathOf(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		tops = append(tops, path[0])
	}
	slices.Sort(tops)
	return slices.Compact(tops), nil
}

// Paths returns the paths of some units by their ids; those that do not exist are left out. It asks for nobody in
// particular.
func Paths(ctx context.Context, db *sql.DB, ids []string) (map[string]string, error) {
	list, err := sql.List[Unit](ctx, db, "unit.paths", sql.Args{"ids": ids})
	if err != nil {
		return nil, wrap(err, "paths of %d units", len(ids))
	}
	paths := make(map[string]string, len(list))
	for _, unit := range list {
		paths[unit.ID] = unit.Path
	}
	return paths, nil
}

// pathOf returns the ids from the top down to the unit.
func pathOf(ctx context.Context, db *sql.DB, id string) ([]string, error) {
	path, err := sql.Get[string](ctx, db, "unit.path", sql.Args{"id": id})
	if errors.Is(err, sql.ErrNone) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return strings.Split(strings.TrimSuffix(path, "/"), "/"), nil
}

// nameFree returns ErrNameTaken when another open unit under the same parent has the name.
func nameFree(ctx context.Context, tx *sql.DB, unit Unit) error {
	count, err := sql.Get[int](ctx, tx, "unit.namesakes", sql.Args{"id": unit.ID, "parent_id": unit.ParentID, "name": unit.Name})
	if err == nil && count > 0 {
		err = ErrNameTaken.On("name")
	}
	return err
}

// OfficeOf returns the supervising office of a unit: itself when it is one, or else the nearest ancestor that is.
// ErrNotFound when there is none. It asks for nobody in particular.
func OfficeOf(ctx context.Context, db *sql.DB, unitID string) (Unit, error) {
	path, err := pathOf(ctx, db, unitID)
	if err != nil {
		return Unit{}, wrap(err, "office of unit %s", unitID)
	}
	office, err := sql.Get[Unit](ctx, db, "unit.office", sql.Args{"ids": path})
	if errors.Is(err, sql.ErrNone) {
		return Unit{}, ErrNotFound.Say("这个单位没有主管单位，请管理员先在单位树中设定主管单位。")
	}
	return office, wrap(err, "office of unit %s", unitID)
}

func cleanNames(name, short string) (string, string, error) {
	name, short = strings.TrimSpace(name), strings.TrimSpace(short)
	if short == "" {
		short = cut(name, maxShortName)
	}
	if !isLine(name, maxName) {
		return "", "", ErrNameInvalid.On("name")
	}
	if !isLine(short, maxShortName) {
		return "", "", ErrNameInvalid.On("short_name")
	}
	return name, short, nil
}

// isLine reports whether s is one line of at most so many characters, not empty and without control characters.
func isLine(s string, most int) bool {
	return s != "" && utf8.ValidString(s) && utf8.RuneCountInString(s) <= most && !strings.ContainsFunc(s, unicode.IsControl)
}

// guarded turns the answer of a guarded update of a unit into ErrStale when it was not ours.
func guarded(mine bool, err error) error {
	if err == nil && !mine {
		return ErrStale
	}
	return err
}

// wrap says what was being done, keeping nil.
func wrap(err error, doing string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("units: "+doing+": %w", append(args, err)...)
}
