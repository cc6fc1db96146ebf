package articles_test

import (
	"fmt"
	"image/color"
	"slices"
	"strings"
	"testing"

	"govmedia/accounts"
	"govmedia/articles"
	"govmedia/channels"
	"govmedia/fault"
	"govmedia/sql"
	"govmedia/units"
)

func (o *office) save(who, id string, text articles.Text) (articles.Saved, error) {
	o.t.Helper()
	return articles.Save(o.t.Context(), o.db, o.People[who], id, o.view(id).Version, text)
}

func TestAnyEditOfTheTextVoidsEverySignatureAndSaysHowMany(t *testing.T) {
	eachOffice(t, func(o *office) {
		cover := o.picture("officer", o.Town)
		for name, edit := range map[string]func(text *articles.Text){
			"title":  func(text *articles.Text) { text.Title += "（修订）" },
			"body":   func(text *articles.Text) { text.Body += "<p>补充一句。</p>" },
			"digest": func(text *articles.Text) { text.Digest = "" },
			"byline": func(text *articles.Text) { text.Byline = "另一人" },
			"source": func(text *articles.Text) { text.Source = "另一来源" },
			"cover":  func(text *articles.Text) { text.CoverID = cover.ID },
		} {
			for _, signed := range []int{0, 2, 6} {
				id := o.submitted().ID
				o.sign(id, chain[:signed]...)
				text := o.text()
				edit(&text)
				saved, err := o.save("officer", id, text)
				if err != nil || saved.Voided != int64(signed) || saved.Article.State != articles.Draft || saved.Article.RevisionID != nil {
					o.t.Errorf("Save of another %s after %d signatures = %s, voided %d, %v; want a draft, all voided", name, signed, saved.Article.State, saved.Voided, err)
				}
				o.is("after another "+name, id, articles.Draft, 0)
				if view := o.view(id); len(view.Signatures) != signed {
					o.t.Errorf("%d signatures are kept, want %d: the voided ones stay on record", len(view.Signatures), signed)
				}
			}
		}
	})
}

func TestOtherAccountsVoidNothing(t *testing.T) {
	eachOffice(t, func(o *office) {
		article := o.signed()
		text := o.text()
		text.AccountIDs = []string{o.second.ID, o.account.ID, o.second.ID}
		given := slices.Clone(text.AccountIDs)
		saved, err := o.save("officer", article.ID, text)
		if err != nil || saved.Voided != 0 || saved.Article.State != articles.Signed || saved.Article.Version != article.Version+1 {
			o.t.Errorf("Save of other accounts = %s, voided %d, %v; want signed still", saved.Article.State, saved.Voided, err)
		}
		if !slices.Equal(text.AccountIDs, given) {
			o.t.Errorf("Save changed the caller's list to %v", text.AccountIDs)
		}
		o.is("with other accounts", article.ID, articles.Signed, 6)
		if view := o.schedule(article.ID, nil); len(view.Deliveries) != 2 {
			o.t.Errorf("%d deliveries, want one for each account", len(view.Deliveries))
		}
	})
}

func TestAStaleEditChangesNothing(t *testing.T) {
	eachOffice(t, func(o *office) {
		for range 5 {
			article := o.create("officer", o.text())
			errs := atOnce(4, func(i int) error {
				text := o.text()
				text.AccountIDs = [][]string{{o.account.ID}, {o.second.ID}}[i%2]
				if i >= 2 {
					text.Title = fmt.Sprintf("第%d个标题", i)
				}
				_, err := articles.Save(o.t.Context(), o.db, o.People[[]string{"officer", "officer2"}[i%2]], article.ID, article.Version, text)
				return err
			})
			oneOf(o.t, "four edits of one version", errs, articles.ErrStale)
			if view := o.view(article.ID); view.Version != article.Version+1 || len(view.AccountIDs) != 1 {
				o.t.Errorf("version %d with accounts %v, want one edit", view.Version, view.AccountIDs)
			}
		}
	})
}

func TestTheSameFormMakesOneArticle(t *testing.T) {
	eachOffice(t, func(o *office) {
		text := o.text()
		text.ClientKey = "form-1"
		first, err := articles.Create(o.t.Context(), o.db, o.People["officer"], text)
		if err != nil || first.Repeated {
			o.t.Fatalf("Create = %v, %v", first.Repeated, err)
		}
		again, err := articles.Create(o.t.Context(), o.db, o.People["officer"], text)
		if err != nil || !again.Repeated || again.Article.ID != first.Article.ID {
			o.t.Errorf("the same form again = %s, repeated %v, %v; want %s", again.Article.ID, again.Repeated, err, first.Article.ID)
		}
		others, err := articles.Create(o.t.Context(), o.db, o.People["officer2"], text)
		if err != nil || others.Repeated {
			o.t.Errorf("somebody else's form of that key = repeated %v, %v; want an article of its own", others.Repeated, err)
		}
		text.ClientKey = "form-2"
		ids := make([]string, 6)
		for i, err := range atOnce(len(ids), func(i int) error {
			saved, err := articles.Create(o.t.Context(), o.db, o.People["officer"], text)
			ids[i] = saved.Article.ID
			return err
		}) {
			if err != nil || ids[i] != ids[0] || ids[i] == "" {
				o.t.Errorf("the same form at once, %d = %s, %v; want %s", i, ids[i], err, ids[0])
			}
		}
		list, err := articles.List(o.t.Context(), o.db, o.People["admin"], articles.Filter{Limit: 20})
		if err != nil || len(list) != 3 {
			o.t.Errorf("%d articles, %v; want 3", len(list), err)
		}
	})
}

func TestSubmitRefusesWhatWouldOnlyFailLater(t *testing.T) {
	eachOffice(t, func(o *office) {
		foreign, mine := o.picture("stranger", o.Bureau), o.picture("officer", o.Town)
		for name, c := range map[string]struct {
			edit  func(text *articles.Text)
			want  error
			words []string
		}{
			"foreign pictures": {func(text *articles.Text) {
				text.Body = `<p>图：</p><img src="https://mmbiz.qpic.cn/1.jpg"><img src="https://img.example.com/2.png"><img src="/media/` + mine.ID + `">`
			}, articles.ErrForeign, []string{"2 张"}},
			"another unit's picture": {func(text *articles.Text) { text.Body += `<img src="/media/` + foreign.ID + `">` }, articles.ErrPictureMissing, nil},
			"another unit's cover":   {func(text *articles.Text) { text.CoverID = foreign.ID }, articles.ErrPictureMissing, nil},
			"a cover that is gone":   {func(text *articles.Text) { text.CoverID = sql.NewID() }, articles.ErrPictureMissing, nil},
			"no text":                {func(text *articles.Text) { text.Body = "<p> &nbsp; </p>" }, articles.ErrBodyRequired, nil},
			"no account":             {func(text *articles.Text) { text.AccountIDs = nil }, channels.ErrNoAccounts, nil},
			"over a platform's limit": {func(text *articles.Text) {
				text.Title, text.AccountIDs = strings.Repeat("题", weChatTitle+1), []string{o.account.ID, o.second.ID}
			}, channels.ErrOverLimits, []string{"“清源镇发布”：标题超过 64 个字", "“清源镇便民服务”"}},
		} {
			text := o.text()
			c.edit(&text)
			article := o.create("officer", text)
			_, err := o.trySubmit("officer", article.ID)
			refused(o.t, "Submit with "+name, err, c.want, c.words...)
			if after := o.view(article.ID); after.State != articles.Draft || after.Version != article.Version || after.RevisionID != nil || after.RevisionNo != 0 {
				o.t.Errorf("%s: %s, version %d, revision %d; want the draft untouched", name, after.State, after.Version, after.RevisionNo)
			}
			if name == "foreign pictures" {
				detail, _ := fault.As(err).Detail.(map[string]any)
				if got := fmt.Sprint(detail["pictures"]); !strings.Contains(got, "mmbiz.qpic.cn/1.jpg") || !strings.Contains(got, "2.png") {
					o.t.Errorf("the list of foreign pictures is %s, want both", got)
				}
			}
		}
		text := o.text()
		text.Body, text.CoverID = `<p>图</p><img src="/media/`+mine.ID+`">`, mine.ID
		o.submit("officer", o.create("officer", text).ID)
	})
}

func TestSubmitTwiceIsRefused(t *testing.T) {
	eachOffice(t, func(o *office) {
		for range 3 {
			article := o.create("officer", o.text())
			errs := atOnce(3, func(int) error {
				_, err := articles.Submit(o.t.Context(), o.db, o.book, o.out, o.People["officer"], article.ID, article.Version)
				return err
			})
			oneOf(o.t, "three submits at once", errs, articles.ErrStale, articles.ErrNotDraft)
			_, err := o.trySubmit("officer", article.ID)
			refused(o.t, "Submit of what is submitted", err, articles.ErrNotDraft)
		}
		draft := o.create("officer", o.text())
		_, err := articles.Submit(o.t.Context(), o.db, o.book, o.out, o.People["officer"], draft.ID, draft.Version+1)
		refused(o.t, "Submit of another version", err, articles.ErrStale)
	})
}

func TestCreateAndSaveRefuseBadFields(t *testing.T) {
	eachOffice(t, func(o *office) {
		article := o.create("officer", o.text())
		for name, c := range map[string]struct {
			edit  func(text *articles.Text)
			want  error
			field string
		}{
			"no title":               {func(text *articles.Text) { text.Title = " \n\t" }, articles.ErrTitleRequired, "title"},
			"a long title":           {func(text *articles.Text) { text.Title = strings.Repeat("题", 201) }, articles.ErrTooLong, "title"},
			"a long digest":          {func(text *articles.Text) { text.Digest = strings.Repeat("摘", 301) }, articles.ErrTooLong, "digest"},
			"a long byline":          {func(text *articles.Text) { text.Byline = strings.Repeat("人", 61) }, articles.ErrTooLong, "byline"},
			"a long source":          {func(text *articles.Text) { text.Source = strings.Repeat("源", 121) }, articles.ErrTooLong, "source"},
			"a cover that is no id":  {func(text *articles.Text) { text.CoverID = "../../etc/passwd/and/on/it/goes" }, articles.ErrPictureMissing, "cover_id"},
			"an unknown account":     {func(text *articles.Text) { text.AccountIDs = []string{sql.NewID()} }, articles.ErrAccountUnknown, "account_ids"},
			"another unit's account": {func(text *articles.Text) { text.AccountIDs = []string{o.foreign.ID} }, articles.ErrAccountUnknown, "account_ids"},
		} {
			text := o.text()
			c.edit(&text)
			_, err := articles.Create(o.t.Context(), o.db, o.People["officer"], text)
			refused(o.t, "Create with "+name, err, c.want)
			_, err = o.save("officer", article.ID, text)
			refused(o.t, "Save with "+name, err, c.want)
			if f := fault.As(err); f == nil || f.Field != c.field {
				o.t.Errorf("%s: the fault is about %+v, want the field %s", name, f, c.field)
			}
		}
		if view := o.view(article.ID); view.Version != article.Version || !slices.Equal(view.AccountIDs, []string{o.account.ID}) {
			o.t.Errorf("after all refusals: version %d, accounts %v; want the article untouched", view.Version, view.AccountIDs)
		}
	})
}

// What is signed in one unit does not come out under another one's name, even by somebody who serves both.
func TestAnArticleGoesOnlyToAccountsOfItsOwnUnit(t *testing.T) {
	eachOffice(t, func(o *office) {
		o.alsoIs("officer", units.InfoOfficer, o.Bureau)
		text := o.text()
		text.AccountIDs = []string{o.account.ID, o.foreign.ID}
		_, err := articles.Create(o.t.Context(), o.db, o.People["officer"], text)
		refused(o.t, "Create for another unit's account", err, articles.ErrAccountUnknown, "示范区云林", "本单位")
	})
}

// TestWhoMayWrite shows writing allowed, refused to one who only reads, and hidden from another unit.
func TestWhoMayWrite(t *testing.T) {
	eachOffice(t, func(o *office) {
		for who, may := range map[string]bool{"officer": true, "officer2": true, "layout": true, "section": true, "deputy": false, "head": false,
			"admin": false, "system": false, "stranger": false} {
			_, err := articles.Create(o.t.Context(), o.db, o.People[who], o.text())
			if may && err != nil {
				o.t.Errorf("Create by %s: %v", who, err)
			}
			if !may {
				refused(o.t, "Create by "+who, err, articles.ErrUnitRefused)
			}
		}
		article := o.create("officer", o.text())
		for who, want := range map[string]error{"deputy": articles.ErrUnitRefused, "admin": articles.ErrUnitRefused, "stranger": articles.ErrNotFound} {
			_, err := o.save(who, article.ID, o.text())
			refused(o.t, "Save by "+who, err, want)
			_, err = o.trySubmit(who, article.ID)
			refused(o.t, "Submit by "+who, err, want)
			_, err = articles.Discard(o.t.Context(), o.db, o.People[who], article.ID, article.Version)
			refused(o.t, "Discard by "+who, err, want)
		}
		_, err := articles.Get(o.t.Context(), o.db, o.book, o.People["stranger"], article.ID)
		refused(o.t, "Get from another unit", err, articles.ErrNotFound)
		list, err := articles.List(o.t.Context(), o.db, o.People["stranger"], articles.Filter{Limit: 10})
		if err != nil || len(list) != 0 {
			o.t.Errorf("List from another unit has %d, %v; want none", len(list), err)
		}
		_, err = articles.Previews(o.t.Context(), o.db, o.out, o.People["stranger"], article.ID)
		refused(o.t, "Previews from another unit", err, articles.ErrNotFound)
		if _, err := o.save("layout", article.ID, o.text()); err != nil {
			o.t.Errorf("Save by a colleague: %v", err)
		}
	})
}

func TestDiscardAndRestore(t *testing.T) {
	eachOffice(t, func(o *office) {
		article := o.create("officer", o.text())
		restore := func(version int64) (articles.Article, error) {
			return articles.Restore(o.t.Context(), o.db, o.People["officer"], article.ID, version)
		}
		_, err := restore(article.Version)
		refused(o.t, "Restore of a draft", err, articles.ErrNotEditable, "不需要恢复")
		gone, err := articles.Discard(o.t.Context(), o.db, o.People["officer"], article.ID, article.Version)
		if err != nil || gone.State != articles.Discarded {
			o.t.Fatalf("Discard = %s, %v", gone.State, err)
		}
		_, err = o.save("officer", article.ID, o.text())
		refused(o.t, "Save of a discarded article", err, articles.ErrNotEditable, "先恢复")
		_, err = o.trySubmit("officer", article.ID)
		refused(o.t, "Submit of a discarded article", err, articles.ErrNotDraft)
		if list, err := articles.List(o.t.Context(), o.db, o.People["officer"], articles.Filter{Limit: 10}); err != nil || len(list) != 0 {
			o.t.Errorf("List shows %d discarded articles, %v", len(list), err)
		}
		if list, err := articles.List(o.t.Context(), o.db, o.People["officer"], articles.Filter{State: articles.Discarded, Limit: 10}); err != nil || len(list) != 1 {
			o.t.Errorf("List of the discarded has %d, %v; want 1", len(list), err)
		}
		_, err = restore(gone.Version - 1)
		refused(o.t, "Restore of a stale version", err, articles.ErrStale)
		back, err := restore(gone.Version)
		if err != nil || back.State != articles.Draft || back.Body != article.Body || back.Title != article.Title {
			o.t.Errorf("Restore = %s %q, %v; want the draft as it was", back.State, back.Title, err)
		}
		signing := o.submit("officer", article.ID)
		_, err = articles.Discard(o.t.Context(), o.db, o.People["officer"], article.ID, signing.Version)
		refused(o.t, "Discard while it is being signed", err, articles.ErrNotEditable, "先撤回")
	})
}

func TestALibraryIsItsUnits(t *testing.T) {
	eachOffice(t, func(o *office) {
		media := o.picture("officer", o.Town)
		for who, sees := range map[string]bool{"officer": true, "deputy": true, "admin": true, "stranger": false} {
			got, err := articles.GetMedia(o.t.Context(), o.db, o.People[who], media.ID)
			if sees && (err != nil || got.SHA256 != media.SHA256) {
				o.t.Errorf("GetMedia for %s = %v", who, err)
			}
			if !sees {
				refused(o.t, "GetMedia for "+who, err, articles.ErrMediaNotFound)
			}
			list, err := articles.ListMedia(o.t.Context(), o.db, o.People[who], "", 0, "", 10)
			if err != nil || (len(list) == 1) != sees {
				o.t.Errorf("ListMedia for %s has %d, %v; sees %v", who, len(list), err, sees)
			}
		}
		for _, who := range []string{"stranger", "deputy", "admin"} {
			_, err := articles.AddPicture(o.t.Context(), o.db, o.store, o.People[who], o.Town.ID, "照片.png", strings.NewReader("no picture"))
			refused(o.t, "AddPicture by "+who, err, articles.ErrUnitRefused)
		}
		if _, err := accounts.MergeUnit(o.t.Context(), o.db, o.People["admin"], o.Town.ID, o.Town.Version, o.Bureau.ID, articles.MoveUnit); err != nil {
			o.t.Fatalf("MergeUnit: %v", err)
		}
		_, err := articles.AddPicture(o.t.Context(), o.db, o.store, o.People["officer"], o.Town.ID, "照片.png", pngOf(o.t, color.White))
		refused(o.t, "AddPicture to the library of a unit that has ended", err, units.ErrClosed)
	})
}
