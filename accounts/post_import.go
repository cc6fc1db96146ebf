package accounts

import (
	"context"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	sheets "govmedia/accounts/sheet"
	"govmedia/fault"
	"govmedia/rules"
	"govmedia/sql"
	"govmedia/units"
)

// mostPostRows is how many posts one sheet may hold: what a person can have looked at.
const mostPostRows = 2000

// PostSheetTitles are the titles of a sheet of posts, in the order of the template; those marked * must be filled.
var PostSheetTitles = []string{"账号*", "平台", "单位", "栏目", "标题*", "网址*", "发布时间*", "说明"}

// postTitles are how people call the columns of a sheet of posts.
var postTitles = map[string][]string{
	"account": {"账号", "账号名称", "新媒体名称", "名称"}, "platform": {"平台", "平台名称", "所属平台"}, "unit": {"单位", "主办单位", "单位名称"},
	"column": {"栏目", "栏目名称"}, "title": {"标题", "文章标题", "稿件标题"}, "url": {"网址", "链接", "文章链接", "发布网址", "url"},
	"at": {"发布时间", "发布日期", "时间", "日期"}, "note": {"说明", "备注", "证据", "佐证"},
}

// PostRow is what became of one row of a sheet of posts.
type PostRow struct {
	Number      int       `json:"number"`  // as the sheet counts, from 1
	Outcome     string    `json:"outcome"` // create, same, refuse
	AccountID   string    `json:"account_id"`
	AccountName string    `json:"account_name"`
	Title       string    `json:"title"`
	URL         string    `json:"url"`
	PublishedAt *sql.Time `json:"published_at"`
	Code        string    `json:"code"` // of the refusal
	Why         string    `json:"why"`  // its sentence
}

// PostSheet is a sheet of posts as it was checked, or brought in.
type PostSheet struct {
	Rows    []PostRow `json:"rows"`
	Create  int       `json:"create"`
	Same    int       `json:"same"` // known already
	Refused int       `json:"refused"`
	Done    bool      `json:"done"` // the rows were brought in; false: only checked
}

// PostEvidence is what stands behind every row of a sheet.
type PostEvidence struct {
	Note        string   // empty: each row's own
	Attachments []string // files of a unit of the actor's
}

// ImportPosts brings in a sheet of posts (.xlsx or .csv) that a person found, each with the address at which it can be
// seen; check only says what each row would do. The actor holds ActDeliveries for the account of each row; a row that
// cannot be brought in is refused and does not hold up the others. Errors: the sheet.* faults, ErrPostSheetHead,
// ErrPostSheetRows, ErrPostNote, ErrPostEvidence.
func ImportPosts(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, file io.ReaderAt, size int64, name string, evidence PostEvidence, check bool) (PostSheet, error) {
	if err := checkEvidence(NewPost{Note: evidence.Note, Attachments: evidence.Attachments}); err != nil {
		return PostSheet{}, err
	}
	opened, err := sheets.Open(file, size, name)
	if err != nil {
		return PostSheet{}, err
	}
	rows, places, err := postRows(opened)
	if err != nil {
		return PostSheet{}, err
	}
	result := PostSheet{Rows: []PostRow{}, Done: !check}
	known := postFinder{accounts: map[string][]postAccount{}}
	above := map[[2]string]bool{} // what a check took back again: the same further down is no new post
	for _, row := range rows {
		in, line, err := known.read(ctx, db, actor, opened, row, places)
		if err == nil {
			in.Note, in.Attachments = firstText(in.Note, evidence.Note), evidence.Attachments
			line.Outcome, err = bringPost(ctx, db, book, actor, in, check)
		}
		if refusal := fault.As(err); refusal != nil && refusal.Kind != fault.Internal {
			line.Outcome, line.Code, line.Why = "refuse", refusal.Code, refusal.Sentence
		} else if err != nil {
			return PostSheet{}, wrap(err, "bring in row %d of a sheet of posts", row.Number)
		}
		if place := [2]string{in.AccountID, in.URL}; check && line.Outcome == "create" {
			if above[place] {
				line.Outcome = "same"
			}
			above[place] = true
		}
		switch line.Outcome {
		case "create":
			result.Create++
		case "same":
			result.Same++
		default:
			result.Refused++
		}
		result.Rows = append(result.Rows, line)
	}
	return result, nil
}

func firstText(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

// errOnlyChecked takes back what a check did.
var errOnlyChecked = errors.New("accounts: only checked")

// bringPost records a post, or, for a check, does so and takes it back: the answer is then the same.
func bringPost(ctx context.Context, db *sql.DB, book rules.Book, actor units.Actor, in NewPost, check bool) (string, error) {
	created := false
	err := db.InTx(ctx, func(tx *sql.DB) error {
		var err error
		if _, created, err = RecordByHand(ctx, tx, book, actor, in); err != nil {
			return err
		}
		if check {
			return errOnlyChecked
		}
		return nil
	})
	if err != nil && !errors.Is(err, errOnlyChecked) {
		return "", err
	}
	if created {
		return "create", nil
	}
	return "same", nil
}

// postRows reads the rows below the head of the first sheet, and in which column each thing stands.
func postRows(book *sheets.Book) ([]sheets.Row, map[string]int, error) {
	top, err := book.First("", 20)
	if err != nil {
		return nil, nil, err
	}
	head, found := sheets.FindHead(top, func(title string) bool { return postField(title) != "" })
	places := map[string]int{}
	for column, title := range head.Titles {
		if field := postField(title); field != "" {
			if _, taken := places[field]; !taken {
				places[field] = column
			}
		}
	}
	for _, field := range []string{"account", "title", "url", "at"} {
		if _, there := places[field]; !found || !there {
			return nil, nil, ErrPostSheetHead
		}
	}
	reader, err := book.Rows("")
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = reader.Close() }()
	var rows []sheets.Row
	for {
		row, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return rows, places, nil
		}
		if err != nil {
			return nil, nil, err
		}
		if row.Number <= head.To {
			continue
		}
		if rows = append(rows, row); len(rows) > mostPostRows {
			return nil, nil, ErrPostSheetRows
		}
	}
}

func postField(title string) string {
	title = strings.ToLower(strings.TrimRight(sheets.Clean(title), "*＊"))
	for field, names := range postTitles {
		if slices.Contains(names, title) {
			return field
		}
	}
	return ""
}

// postAccount is an account that a row may mean.
type postAccount struct {
	ID       string
	Platform Platform
	UnitName string
}

// postFinder finds what rows name, each name once.
type postFinder struct{ accounts map[string][]postAccount }

func (f postFinder) read(ctx context.Context, db *sql.DB, actor units.Actor, book *sheets.Book, row sheets.Row, places map[string]int) (NewPost, PostRow, error) {
	cell := func(field string) string {
		column, there := places[field]
		if !there {
			return ""
		}
		return row.Cell(column)
	}
	line := PostRow{Number: row.Number, AccountName: cut(cell("account"), maxName), Title: cut(cell("title"), maxTitle), URL: cut(cell("url"), maxPostURL)}
	for _, field := range []string{"account", "title", "url", "at"} {
		if broken := row.Faults[places[field]]; broken != nil {
			return NewPost{}, line, broken
		}
		if cell(field) == "" {
			return NewPost{}, line, ErrPostRowEmpty.Say("这一行没有填“%s”，请补上后重新上传。", postTitles[field][0]).On(field)
		}
	}
	at, err := postTime(book, cell("at"), db.Now())
	if err != nil {
		return NewPost{}, line, err
	}
	line.PublishedAt = &at
	if line.AccountID, err = f.account(ctx, db, actor, cell("account"), cell("platform"), cell("unit")); err != nil {
		return NewPost{}, line, err
	}
	in := NewPost{AccountID: line.AccountID, Title: cell("title"), URL: cell("url"), Source: ByHand, PublishedAt: at, Note: cell("note")}
	if name := cell("column"); name != "" {
		id, err := sql.Get[string](ctx, db, "post_import.column", sql.Args{"account_id": line.AccountID, "name": name})
		if errors.Is(err, sql.ErrNone) {
			err = ErrPostRowColumn.On("column")
		}
		if err != nil {
			return NewPost{}, line, err
		}
		in.ColumnID = &id
	}
	return in, line, nil
}

// account finds the one account of a name that the actor may act for; platform and unit tell those of one name apart.
func (f postFinder) account(ctx context.Context, db *sql.DB, actor units.Actor, name, platform, unit string) (string, error) {
	list, asked := f.accounts[name]
	if !asked {
		var err error
		list, err = sql.List[postAccount](ctx, db, "post_import.accounts", sql.Args{"name": name, "person_id": actor.PersonID, "roles": units.RolesWith(units.ActDeliveries)})
		if err != nil {
			return "", err
		}
		f.accounts[name] = list
	}
	fits := slices.DeleteFunc(slices.Clone(list), func(a postAccount) bool {
		return platform != "" && a.Platform.Label() != platform && string(a.Platform) != platform && !strings.Contains(a.Platform.Label(), platform) ||
			unit != "" && !strings.Contains(a.UnitName, unit)
	})
	if len(fits) != 1 {
		return "", ErrPostRowWho.On("account")
	}
	return fits[0].ID, nil
}

// writtenTime is a time as people write it into a cell.
var writtenTime = regexp.MustCompile(`^([0-9]{4})\s?[-/.年]\s?([0-9]{1,2})\s?[-/.月]\s?([0-9]{1,2})日?(?:[ T]*([0-9]{1,2})[:时]([0-9]{1,2})(?::([0-9]{1,2}))?分?)?$`)

// postTime reads the time of a post in Beijing. A day without an hour lasts until its end, or until now.
func postTime(book *sheets.Book, text string, now sql.Time) (sql.Time, error) {
	text = sheets.Narrow(text)
	if day, is := book.Day(text); is {
		text = day
	}
	m := writtenTime.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return 0, ErrPostRowTime.On("at")
	}
	at, err := time.ParseInLocation("2006-1-2", m[1]+"-"+m[2]+"-"+m[3], sql.Beijing)
	if err != nil {
		return 0, ErrPostRowTime.On("at").Because(err)
	}
	if m[4] == "" {
		return max(min(sql.FromStd(at.AddDate(0, 0, 1))-1, now), sql.FromStd(at)), nil
	}
	if at, err = time.ParseInLocation("2006-1-2 15:4:5", m[1]+"-"+m[2]+"-"+m[3]+" "+m[4]+":"+m[5]+":"+firstText(m[6], "0"), sql.Beijing); err != nil {
		return 0, ErrPostRowTime.On("at").Because(err)
	}
	return sql.FromStd(at), nil
}
