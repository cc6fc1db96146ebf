package files

import "govmedia/fault"

// What the store and the check of uploads answer.
var (
	ErrNotFound = fault.Define("file.not_found", fault.NotFound, "找不到这个文件，可能已被删除。请重新上传。")
	ErrDiskFull = fault.Define("file.disk_full", fault.Unavailable,
		"服务器存储空间已满，文件没有保存。请联系管理员清理空间后再上传，已输入的文字不受影响。")
	ErrStoreUnavailable = fault.Define("file.store_unavailable", fault.Unavailable,
		"文件存储暂时连不上，文件没有保存或读出。请稍后再试；多次失败请联系管理员。")
)
