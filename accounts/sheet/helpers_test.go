package sheet_test

import "govmedia/fault"

// sentence is what a person is shown of an error.
func sentence(err error) string {
	if f := fault.As(err); f != nil {
		return f.Sentence
	}
	return ""
}
