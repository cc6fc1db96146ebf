package manual

import "govmedia/fault"

// What a person can meet when registering where an article was published.
var (
	ErrNotPublic     = fault.Define("manual.url_not_public", fault.Invalid, "这不是公众能打开的网址。请粘贴文章发布后的公开网址（以 http:// 或 https:// 开头）。")
	ErrInner         = fault.Define("manual.url_inner", fault.Invalid, "这是本机或单位内网的地址，读者在公网打不开，不能登记。请用手机流量打开已发布的文章，复制那里的公开网址（例如以 https:// 加域名开头）再粘贴。")
	ErrWrongPlatform = fault.Define("manual.url_wrong_platform", fault.Invalid, "这个网址不像是该平台的文章地址。请打开已发布的文章，复制浏览器地址栏或“复制链接”得到的网址。")
	ErrConsole       = fault.Define("manual.url_console", fault.Invalid, "这是平台后台或临时预览的地址，读者打不开，也会失效。请打开已发布的文章后复制它的网址。")
	ErrPicture       = fault.Define("manual.picture_damaged", fault.Internal, "稿件的一张图片读取不完整，发布包没有生成。请稍后重试；仍不行请联系管理员。")
)
