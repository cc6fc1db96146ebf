package fault

import (
	"errors"
	"fmt"
	"testing"
)

var errStale = Define("test.stale", Conflict, "刚被别人修改过")

func TestCopiesKeepTheirIdentityAndLeaveTheOriginalAlone(t *testing.T) {
	cause := errors.New("zero rows")
	err := fmt.Errorf("sign article a1: %w", errStale.Because(cause).Say("第 %d 版已经过期", 3).Under("tongnan-2022", []string{"15.p2"}).On("version"))
	if !errors.Is(err, errStale) {
		t.Errorf("errors.Is(%v, errStale) = false, want true", err)
	}
	if !errors.Is(err, cause) {
		t.Errorf("errors.Is(%v, cause) = false, want true", err)
	}
	got := As(err)
	if got == nil || got.Sentence != "第 3 版已经过期" || got.Rulebook != "tongnan-2022" || got.Field != "version" {
		t.Errorf("As = %+v, want the copy with sentence, rulebook and field", got)
	}
	if errStale.Sentence != "刚被别人修改过" || errStale.Rulebook != "" {
		t.Errorf("the defined fault changed: %+v", errStale)
	}
}

func TestAsReturnsNilForAPlainError(t *testing.T) {
	if f := As(errors.New("plain")); f != nil {
		t.Errorf("As = %v, want nil", f)
	}
}

func TestDefineRefusesATakenOrMalformedCode(t *testing.T) {
	for _, code := range []string{"test.stale", "nodot", "Test.upper", "test.", ""} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("Define(%q) did not panic", code)
				}
			}()
			Define(code, Invalid, "x")
		}()
	}
}

func TestAllIsSortedByCode(t *testing.T) {
	all := All()
	for i := 1; i < len(all); i++ {
		if all[i-1].Code >= all[i].Code {
			t.Errorf("All()[%d] = %s after %s", i, all[i].Code, all[i-1].Code)
		}
	}
}
