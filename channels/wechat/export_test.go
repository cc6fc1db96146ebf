package wechat

// TableCodes are all codes of the error table, so that a test can tell whether it has seen each.
func TableCodes() []int64 {
	var codes []int64
	for _, r := range rules {
		codes = append(codes, r.codes...)
	}
	return codes
}
