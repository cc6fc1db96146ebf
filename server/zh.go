package main

import (
	"github.com/danielgtaylor/huma/v2/validation"
)

// speakChinese sets the sentences of the shape checks. They are variables of the library, set once before it is used.
func speakChinese() {
	validation.MsgUnexpectedProperty = "不认识的字段"
	validation.MsgExpectedRFC3339DateTime = "应为日期时间，例如 2026-03-02T09:00:00+08:00"
	validation.MsgExpectedRFC3339Date = "应为日期，例如 2026-03-02"
	validation.MsgExpectedRFC3986URI = "应为网址：%v"
	validation.MsgExpectedBoolean = "应为“是”或“否”"
	validation.MsgExpectedNumber = "应为数字"
	validation.MsgExpectedInteger = "应为整数"
	validation.MsgExpectedString = "应为文字"
	validation.MsgExpectedArray = "应为列表"
	validation.MsgExpectedObject = "应为一组字段"
	validation.MsgExpectedArrayItemsUnique = "有重复的项"
	validation.MsgExpectedMinimumNumber = "不能小于 %v"
	validation.MsgExpectedExclusiveMinimumNumber = "应大于 %v"
	validation.MsgExpectedMaximumNumber = "不能大于 %v"
	validation.MsgExpectedExclusiveMaximumNumber = "应小于 %v"
	validation.MsgExpectedMinLength = "至少 %d 个字"
	validation.MsgExpectedMaxLength = "最多 %d 个字"
	validation.MsgExpectedBePattern = "格式不对，应为 %s"
	validation.MsgExpectedMatchPattern = "格式不对，应符合 %s"
	validation.MsgExpectedMinItems = "至少选 %d 项"
	validation.MsgExpectedMaxItems = "最多选 %d 项"
	validation.MsgExpectedOneOf = "只能是其中之一：%s"
	validation.MsgExpectedRequiredProperty = "缺少 %s"
}
