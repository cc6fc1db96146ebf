package accounts_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"govmedia/accounts"
	"govmedia/units"
)

// messyRows is how many rows a messy sheet has below its titles.
const messyRows = 3000

// expected is what a messy sheet does.
type expected struct{ creates, changes, sames, refused int64 }

// messyCell is a cell of a messy sheet; a formula has no value.
type messyCell struct {
	value   any
	day     bool // shown as a day
	formula bool
}

type messyLine struct {
	cells []messyCell
	blank bool
	span  int // how many lines the unit is merged over, in the first of them
}

var messyUnits = []string{"甲镇人民政府", "乙镇人民政府", "丙街道办事处", "丁县财政局", "戊县教育局", "己县林业局", "庚县水利局", "辛县文旅局", "壬县气象局", "癸县档案馆"}

// messyWorld adds the units of a messy sheet, and the accounts that it finds in the register.
func messyWorld(w *world) map[string]units.Unit {
	w.t.Helper()
	made := map[string]units.Unit{}
	for _, name := range messyUnits {
		unit, err := units.Create(w.t.Context(), w.db, units.System, units.NewUnit{ParentID: w.Office.ID, Name: name, Level: units.LevelCountyDepartment})
		if err != nil {
			w.t.Fatalf("units.Create(%s): %v", name, err)
		}
		made[name] = unit
	}
	for i := range messyRows {
		if kind := i % 50; kind == 5 || kind == 6 {
			w.create(accounts.NewAccount{UnitID: made[messyUnit(i)].ID, Platform: accounts.Weibo, Kind: accounts.KindWeibo, Name: messyName(i), Mode: accounts.Manual,
				State: accounts.InUse})
		}
	}
	return made
}

// messyUnit keeps rows that are merged into one unit together.
func messyUnit(i int) string { return messyUnits[i/50%len(messyUnits)] }

func messyName(i int) string { return fmt.Sprintf("%s发布%04d", string([]rune(messyUnit(i))[:2]), i) }

// messyLines makes the lines of a sheet as offices keep them, and what they will do: the same at each call.
func messyLines() ([]messyLine, expected) {
	var lines []messyLine
	want := expected{}
	for i := range messyRows {
		text := func(s string) messyCell { return messyCell{value: s} }
		unit, name, platform, kind, id := messyUnit(i), messyName(i), "微信公众号", " 订阅号", fmt.Sprintf("\u3000gh_%06d ", i)
		opened, state, followers, head, phone := text("2021-05-06"), "正常", text("１２，０００"), "山某", "１８９０００００００１"
		contact, number, certified, remark := "水某", "０８７１－１２３４５６７", "是", "=不是公式"
		span := 0
		switch i % 50 {
		case 1:
			unit = "没有这个单位"
			want.refused++
		case 2:
			opened = text("2021年13月40日")
			want.refused++
		case 3:
			name, id, unit = messyName(i-3), "", messyUnit(i-3) // the row of i-3 again, without its id
			want.refused++
		case 4:
			platform, kind = "某某极速版", ""
			want.refused++
		case 5:
			platform, kind, id, state = "微博", "", "", "在用"
			want.changes++
		case 6:
			platform, kind, id, state, opened, followers, head, phone = "新浪微博", "/", "", "在用", text("—"), text(""), "无", ""
			contact, number, certified, remark = "暂无", "", "/", "" // nothing new
			want.sames++
		case 7:
			name, id = " \u3000", ""
			want.refused++
		case 8:
			state = "试运行中"
			want.creates++
		case 9:
			opened = messyCell{value: 44322}
			want.creates++
		case 10:
			opened = messyCell{value: 44322, day: true}
			want.creates++
		case 11:
			opened = text("２０２１年５月６日")
			want.creates++
		case 12:
			opened, platform, kind = text("2021.5.6"), "公众号", "微信服务号"
			want.creates++
		case 13:
			followers = messyCell{formula: true}
			want.refused++
		case 14:
			platform, kind = "", "抖音"
			want.creates++
		case 20:
			span = 3
			want.creates++
		case 21, 22:
			unit = "" // merged with the one above
			want.creates++
		default:
			want.creates++
		}
		lines = append(lines, messyLine{span: span, cells: []messyCell{{value: i + 1}, text("  " + unit), text(platform), text(kind), text(name + "\n"), text(id), text(head),
			text(phone), text(contact), text(number), opened, text(certified), text(state), followers, text(remark)}})
		if i%100 == 99 {
			lines = append(lines, messyLine{blank: true})
		}
	}
	return lines, want
}

var (
	messyGroups = []string{"序号", "单位名称（全称）", "平台 *", "账号类型", "账号\n名称", "账号ID", "主要负责人", "", "联系人", "", "开设时间", "是否认证", "账号状态", "粉丝数（人）", "备注"}
	messyTitles = []string{"", "", "", "", "", "", "姓名", "电话", "姓名", "联系电话", "", "", "", "", ""}
)

// messyWorkbook is the sheet as a workbook.
func messyWorkbook(t testing.TB) ([]byte, expected) {
	t.Helper()
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	try := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	s := "Sheet1"
	day, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	try(err)
	try(f.SetCellValue(s, "A1", "某某县政务新媒体账号台账"))
	try(f.MergeCell(s, "A1", "O1"))
	try(f.SetCellValue(s, "A2", "填报单位：某某县人民政府办公室"))
	try(f.SetCellValue(s, "H2", "填报日期：2026年3月1日"))
	try(f.SetSheetRow(s, "A3", &messyGroups))
	try(f.SetSheetRow(s, "A4", &messyTitles))
	for column := range messyGroups {
		from, _ := excelize.CoordinatesToCellName(column+1, 3)
		to, _ := excelize.CoordinatesToCellName(column+1, 4)
		if messyTitles[column] == "" {
			try(f.MergeCell(s, from, to))
		}
	}
	try(f.MergeCell(s, "G3", "H3"))
	try(f.MergeCell(s, "I3", "J3"))
	lines, want := messyLines()
	for i, line := range lines {
		for column, cell := range line.cells {
			ref, _ := excelize.CoordinatesToCellName(column+1, i+5)
			switch {
			case cell.formula:
				try(f.SetCellFormula(s, ref, "SUM(A1:A2)"))
			case strings.TrimSpace(fmt.Sprint(cell.value)) != "": // writing into a merged range would write its first cell
				try(f.SetCellValue(s, ref, cell.value))
			}
			if cell.day {
				try(f.SetCellStyle(s, ref, ref, day))
			}
		}
		if line.span > 0 {
			try(f.MergeCell(s, fmt.Sprintf("B%d", i+5), fmt.Sprintf("B%d", i+4+line.span)))
		}
	}
	var out bytes.Buffer
	try(f.Write(&out))
	return out.Bytes(), want
}

// messyText is the sheet as text in GBK, where nothing is merged and a formula is a mistake of another kind.
func messyText(t testing.TB) ([]byte, expected) {
	t.Helper()
	lines, want := messyLines()
	var out strings.Builder
	write := func(cells []string) {
		for i, cell := range cells {
			if i > 0 {
				out.WriteByte(',')
			}
			out.WriteString(`"` + strings.ReplaceAll(cell, `"`, `""`) + `"`)
		}
		out.WriteString("\r\n")
	}
	write([]string{"某某县政务新媒体账号台账"})
	write(messyGroups)
	write(messyTitles)
	unit := ""
	for _, line := range lines {
		var cells []string
		for column, cell := range line.cells {
			text := fmt.Sprint(cell.value)
			if cell.formula {
				text = "很多"
			}
			if column == 1 {
				if text = strings.TrimSpace(text); text == "" {
					text = unit
				}
				unit = text
			}
			cells = append(cells, text)
		}
		if line.blank {
			cells = []string{"", ""}
		}
		write(cells)
	}
	raw, err := simplifiedchinese.GB18030.NewEncoder().String(out.String())
	if err != nil {
		t.Fatal(err)
	}
	return []byte(raw), want
}
