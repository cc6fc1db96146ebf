package accounts_test

import (
	"slices"
	"strings"
	"testing"

	"govmedia/accounts"
	"govmedia/accounts/paper"
	"govmedia/rules"
)

// read is a form as somebody reads it: a line for each field, the foot of a box behind its text.
func read(form paper.Form) string {
	lines := []string{form.Title, form.Unit, strings.Join(form.Notes, " ")}
	for _, row := range form.Rows {
		for _, field := range row.Fields {
			line := field.Label + "：" + strings.ReplaceAll(field.Text, "\n", "/")
			if field.Box != nil {
				line += "｜" + field.Box.Foot()
			}
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

func readsInOrder(t *testing.T, form paper.Form, wanted ...string) {
	t.Helper()
	text := read(form)
	rest := text
	for _, piece := range wanted {
		_, after, found := strings.Cut(rest, piece)
		if !found {
			t.Fatalf("the form does not say %q at its place:\n%s", piece, text)
		}
		rest = after
	}
}

// The boxes stand in the order of the chain: what is done is filled in, what is not stays open for a pen. What an office
// outside decided is signed by nobody here.
func TestTheFormOfAnOpeningHasABoxForEveryStage(t *testing.T) {
	each(t, func(w *world) {
		c := w.approvedOpening("清源发布")
		form, err := accounts.ApplicationForm(t.Context(), w.db, w.book, w.People["officer"], c.app.ID)
		must(t, "ApplicationForm", err)
		readsInOrder(t, form, "承办或运维单位：", "认证主体：", "主要负责人：", "分管负责人：", "管理员：", "附件：")
		readsInOrder(t, form, "政务新媒体账号开设申请表", w.Town.Name, "依据：潼南 2022 第8条第1款", "申请类型：开设", "名称：清源发布", "账号类型：微博", "开设理由与内容定位：便民服务",
			"本单位主要负责人同意：", "签名：山镇长　　2026年3月3日", "向区政府办公室申请：", "云小禾　　2026年3月4日", "区政府办公室向市政府办公厅上报：", "松管理　　2026年3月6日",
			"市政府办公厅批准：文号：示范办函〔2026〕12号｜签名（盖章）：　　　　　　　　2026年3月20日", "开设")
		record, err := accounts.DecisionRecord(t.Context(), w.db, w.book, w.People["officer"], c.app.ID)
		must(t, "DecisionRecord", err)
		readsInOrder(t, record, "政务新媒体账号开设申请办理记录", "目前状态：办理中", "起草：", "办理：", "环节：本单位主要负责人同意", "提交：", "文号：示范办函〔2026〕12号")
		_, err = accounts.ApplicationForm(t.Context(), w.db, w.book, w.People["stranger"], c.app.ID)
		says(t, "the form for somebody of another unit", err, accounts.ErrApplicationNotFound)
	})
}

// A change shows what was and what shall be.
func TestTheFormOfAChangeShowsBoth(t *testing.T) {
	each(t, func(w *world) {
		account := w.account(accounts.KindWeibo, "清源镇发布", "2026-01-05 09:00")
		w.at("2026-03-02 09:00")
		c := w.apply(accounts.NewApplication{UnitID: w.Town.ID, Process: rules.ProcessChange, Object: rules.NewMedia, AccountID: account.ID,
			Draft: accounts.ApplicationDraft{Reason: ref("统一名称"), Wanted: accounts.Wanted{"name": "清源发布"}}})
		form, err := accounts.ApplicationForm(t.Context(), w.db, w.book, w.People["officer"], c.app.ID)
		must(t, "ApplicationForm", err)
		readsInOrder(t, form, "政务新媒体账号变更申请表", "账号名称：原：清源镇发布/现：清源发布", "变更理由：统一名称", "签名：　　　　　　　　　　　年　　月　　日")
	})
}

// What is filed has a box for the office that receives it, and the stage of the notice tells where and how long it stands.
func TestTheFormOfAnEndHasTheReceiptAndTheNotice(t *testing.T) {
	each(t, func(w *world) {
		account := w.account(accounts.KindWeibo, "清源镇便民", "2026-01-05 09:00")
		w.at("2026-03-02 09:00")
		c := w.apply(accounts.NewApplication{Process: rules.ProcessShut, Object: rules.NewMedia, AccountID: account.ID})
		must(t, "consent", c.do("head", "集体研究", accounts.StageAct{}))
		form := func() paper.Form {
			t.Helper()
			form, err := accounts.ApplicationForm(t.Context(), w.db, w.book, w.People["officer"], c.app.ID)
			must(t, "ApplicationForm", err)
			return form
		}
		readsInOrder(t, form(), "区政府办公室备案：｜签名（盖章）：　　　　　　　　　　　年　　月　　日", "公告：", "执行：")
		must(t, "submit", c.submit(accounts.StageAct{}))
		must(t, "receipt", c.do("admin", "备案", accounts.StageAct{Number: "备〔2026〕1号"}))
		c.announced("", "other")
		readsInOrder(t, form(), "区政府办公室备案：报送：2026年3月2日　云小禾/备案登记：备〔2026〕1号｜签名（盖章）：松管理　　2026年3月2日", "公告：《公告》/公告期：2026年3月2日起，至少到2026年3月23日/",
			"：https://", "执行：")
	})
}

// The card is for the office: it has the phones, and every field that fits the account.
func TestTheRegisterCardHasEveryField(t *testing.T) {
	each(t, func(w *world) {
		account := w.account(accounts.KindWeibo, "清源镇发布", "2026-01-05 09:00")
		_, err := accounts.SaveRecord(t.Context(), w.db, w.book, w.People["admin"], account.ID, account.Version,
			map[string]string{"head": "云小禾 00000000000", "certification": "清源镇人民政府官方微博", "followers": "1200", "home_url": "https://weibo.com/u/1001"})
		must(t, "SaveRecord", err)
		form, err := accounts.RegisterCard(t.Context(), w.db, w.People["officer"], account.ID)
		must(t, "RegisterCard", err)
		if !slices.ContainsFunc(form.Rows, func(row paper.Row) bool {
			return row.Fields[0].Label == "主页二维码" && len(row.Fields[0].PNG) > 0
		}) {
			t.Error("the card has no QR code of the home page")
		}
		text := read(form)
		for _, piece := range []string{"账号名称：清源镇发布", "平台：新浪微博", "粉丝数：1200", "主要负责人：云小禾 00000000000", "认证信息：清源镇人民政府官方微博", "主管单位核对：｜签名（盖章）"} {
			if !strings.Contains(text, piece) {
				t.Errorf("the card does not say %q:\n%s", piece, text)
			}
		}
		for _, piece := range []string{"政府网站标识码", "关停"} {
			if strings.Contains(text, piece) {
				t.Errorf("the card of a weibo account in use asks for %s:\n%s", piece, text)
			}
		}
	})
}
