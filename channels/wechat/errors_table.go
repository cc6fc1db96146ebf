package wechat

import (
	"time"

	"govmedia/channels"
)

// rule is one line of the table: what a code of WeChat means and what is done about it.
type rule struct {
	codes    []int64
	class    channels.Class
	submit   channels.Class // for freepublish/submit and mass/sendall, where it differs: an answer that leaves the effect in doubt
	wait     wait
	sentence string // Chinese; {ip} becomes the address that WeChat names, {code} the code
}

// wait is how long a class Retry or Quota waits.
type wait struct {
	base     time.Duration // 0 leaves it to the caller
	jitter   time.Duration // up to so much more, by chance
	tomorrow bool          // until five minutes past Beijing midnight
	month    bool          // until five minutes past the midnight that begins the next month in Beijing
}

// rules is the table. A code is refused by WeChat without effect, unless submit says otherwise. Codes of mass sending,
// comments and statistics are here because WeChat has answered them to other calls too.
var rules = []rule{
	{codes: []int64{-1, 268487001, 268487002}, class: channels.Retry, submit: channels.Unclear, wait: wait{base: 2 * time.Second},
		sentence: "微信平台繁忙，系统稍后自动重试。"},

	{codes: []int64{40001, 40014, 42001, 41001}, class: channels.Permission,
		sentence: "接口凭证反复失效，系统已暂停该账号的调用 10 分钟。请管理员检查是否有其他系统也在使用这个 AppID，再重试。"},
	{codes: []int64{40013, 40125}, class: channels.Permission,
		sentence: "该账号的 AppID 或 AppSecret 不正确，请管理员重新配置后重试。"},
	{codes: []int64{40164}, class: channels.Permission,
		sentence: "服务器出口 IP（{ip}）未加入该公众号白名单，请在微信开发者平台添加，约 10 分钟后生效，生效后重试。"},

	{codes: []int64{45009}, class: channels.Quota, wait: wait{tomorrow: true},
		sentence: "今日该接口调用次数已用完，任务顺延至次日。"},
	{codes: []int64{45011, 42010}, class: channels.Quota, wait: wait{base: time.Minute, jitter: 30 * time.Second},
		sentence: "调用过于频繁，稍后自动重试。"},

	// Of third-party platforms. The SDK has no table of them; the meanings are those of WeChat's list of return codes, from memory
	// and from other open clients. Certain by use are 61003 to 61007, 61009, 61010 and 61023; the rest stop and tell a person.
	{codes: []int64{61003}, class: channels.Permission,
		sentence: "公众号管理员已经取消对第三方平台的授权，发布已停止。请在账号页点“扫码授权”，请公众号管理员重新扫码后再重试。"},
	{codes: []int64{61004}, class: channels.Permission,
		sentence: "服务器出口 IP（{ip}）没有加入第三方平台的白名单，请系统管理员在微信开放平台的第三方平台“开发资料”里添加，生效后重试。"},
	{codes: []int64{61005, 61006}, class: channels.Retry, wait: wait{base: 10 * time.Minute},
		sentence: "第三方平台的验证票据已过期或不对，微信每 10 分钟推送一次新的，稍后自动重试。持续出现请系统管理员核对开放平台填写的“授权事件接收 URL”。"},
	{codes: []int64{61007, 61016, 61017}, class: channels.Permission,
		sentence: "公众号没有把这项权限授给第三方平台，请在账号页重新扫码授权，并在微信的授权页勾选全部权限后重试。"},
	{codes: []int64{61009, 61010}, class: channels.Permission,
		sentence: "扫码授权的授权码无效或已过期，请在账号页重新扫码授权。"},
	{codes: []int64{61011}, class: channels.Permission,
		sentence: "微信不认识服务器上设置的第三方平台，请系统管理员核对 GOVMEDIA_WECHAT_COMPONENT_APPID 后重试。"},
	{codes: []int64{61023}, class: channels.Permission,
		sentence: "扫码授权的刷新凭证已失效，发布已停止。请在账号页点“扫码授权”，请公众号管理员重新扫码后再重试。"},
	{codes: []int64{61014, 61015, 61024}, class: channels.Defect,
		sentence: "调用微信第三方平台接口的方式不对（系统问题），请联系技术人员。"},

	{codes: []int64{48001}, class: channels.Permission,
		sentence: "该公众号没有此接口权限，请核对是否已完成微信认证或认证是否过期。"},
	{codes: []int64{48004, 50002}, class: channels.Permission,
		sentence: "该公众号接口已被平台封禁或受限，请登录公众平台查看原因。"},
	{codes: []int64{53500}, class: channels.Permission,
		sentence: "该公众号发布功能已被封禁，请登录公众平台查看原因。"},
	{codes: []int64{53501}, class: channels.Quota, wait: wait{base: 10 * time.Minute},
		sentence: "发布过于频繁，已放入队列稍后发布。"},
	{codes: []int64{53502}, class: channels.Unclear,
		sentence: "发布任务编号无效，正在核对发布结果，请勿手工重发。"},
	{codes: []int64{53503}, class: channels.Content,
		sentence: "稿件未通过微信发布检查，请修改标题、正文、封面或链接。"},
	{codes: []int64{53504}, class: channels.ByHand,
		sentence: "该稿件需登录公众平台手动发布，请发布后在本页登记网址。"},
	{codes: []int64{53505, 48021}, class: channels.ByHand,
		sentence: "草稿在公众平台被编辑过且未手动保存，请登录公众平台保存后重试。"},
	{codes: []int64{53600}, class: channels.Unclear,
		sentence: "未找到该已发布文章，可能已被删除，正在核对。"},

	{codes: []int64{40007}, class: channels.Retry, submit: channels.Unclear,
		sentence: "封面或草稿素材已失效，系统正在重新上传或核对。"},
	{codes: []int64{40002}, class: channels.Unclear,
		sentence: "查询参数无效，正在核对发布结果。"},
	{codes: []int64{40004, 40005, 40006, 40009, 40137, 45001, 41005}, class: channels.Content,
		sentence: "图片格式或大小不符合要求（正文图仅支持 JPG/PNG 且小于 1MB），请换一张图片。"},
	{codes: []int64{45003, 45004, 45002, 45008, 45110}, class: channels.Content,
		sentence: "标题、作者、摘要或正文长度超出微信限制，请删减后重新送审。"},
	{codes: []int64{44003}, class: channels.Content,
		sentence: "微信认为稿件是空的，请检查标题和正文。"},
	{codes: []int64{41039}, class: channels.Content,
		sentence: "“阅读原文”链接不合法，请联系技术人员检查本系统的公开网址设置。"},
	{codes: []int64{45166}, class: channels.Content,
		sentence: "正文包含微信不接受的标签或链接，请修改后重新送审。"},
	{codes: []int64{40155}, class: channels.Content,
		sentence: "正文含其他公众号主页链接，请删除后重新送审。"},
	{codes: []int64{87014, 87009}, class: channels.Content,
		sentence: "内容未通过安全检测，请修改后重新送审。"},

	// What the console says when it refuses a text; seen behind 45166 and 53503, and passed on by some gateways.
	{codes: []int64{64702}, class: channels.Content, sentence: "标题超出 64 个字，请缩短标题后重新送审。"},
	{codes: []int64{64703}, class: channels.Content, sentence: "摘要超出 120 个字，请缩短摘要后重新送审。"},
	{codes: []int64{64705, -99}, class: channels.Content, sentence: "正文太长，请删减后重新送审。"},
	{codes: []int64{64506, 412}, class: channels.Content, sentence: "正文含微信不允许的外部链接，请删除后重新送审。"},
	{codes: []int64{64508}, class: channels.Content, sentence: "“阅读原文”链接被微信判为有风险，请联系技术人员检查本系统的公开网址。"},
	{codes: []int64{64509}, class: channels.Content, sentence: "正文里的视频超过 3 个，请删减后重新送审。"},
	{codes: []int64{64550, 64558, 64559}, class: channels.Content, sentence: "正文里的微信文章链接有误，或者是临时链接、还没有群发的文章，请改正后重新送审。"},
	{codes: []int64{200041}, class: channels.Content, sentence: "正文引用了违规的文章，请删除后重新送审。"},
	{codes: []int64{220002}, class: channels.ByHand, sentence: "公众号的图片素材已存满，请登录公众平台清理图片素材后重试。"},

	{codes: []int64{47001, 40033}, class: channels.Defect,
		sentence: "数据格式错误（系统问题），已停止发送，请联系技术人员。"},
	{codes: []int64{40114, 40097, 43001, 43002, 44002, 40066, 45067, 40130, 40031, 40032, 61500, 61501, 76021, 76022}, class: channels.Defect,
		sentence: "调用微信接口的方式不对（系统问题），请联系技术人员。"},

	{codes: []int64{45028}, class: channels.Quota, wait: wait{tomorrow: true},
		sentence: "本周期群发次数已用完，可改为“发布（不通知）”。"},
	{codes: []int64{45065}, class: channels.Unclear,
		sentence: "微信已经收到过这次群发，正在核对结果，请勿手工重发。"},
	{codes: []int64{45066}, class: channels.Quota, wait: wait{base: time.Minute},
		sentence: "重试过快，稍后自动重试。"},
	{codes: []int64{89504, 89505}, class: channels.Unclear, wait: wait{base: time.Minute},
		sentence: "等待公众号管理员在微信中确认群发（30 分钟内有效），请联系管理员尽快确认。"},
	{codes: []int64{45062, 45113, 48022, 41040}, class: channels.ByHand,
		sentence: "该内容类型不支持接口发布或群发，请登录公众平台手动处理。"},
	{codes: []int64{40059, 40060, 40065, 40204}, class: channels.ByHand,
		sentence: "无法通过接口删除，请登录公众平台处理。"},
	{codes: []int64{48006}, class: channels.Quota, wait: wait{month: true},
		sentence: "本月清零次数已用完，任务顺延至下月。"},
	{codes: []int64{61503}, class: channels.Retry, wait: wait{base: time.Hour},
		sentence: "统计数据尚未生成，稍后自动重试。"},
	{codes: []int64{88000}, class: channels.Permission,
		sentence: "该公众号未开通留言功能，请登录公众平台开通后再试。"},
	{codes: []int64{88001}, class: channels.Content, sentence: "没有找到要处理的文章，可能已被删除，请刷新后再试。"},
	{codes: []int64{88002}, class: channels.Content, sentence: "回复内容含敏感信息，请修改后再提交。"},
	{codes: []int64{88003}, class: channels.Content, sentence: "精选留言已满，请先取消一条精选再试。"},
	{codes: []int64{88004}, class: channels.Content, sentence: "留言已被用户删除，请刷新留言列表。"},
	{codes: []int64{88005}, class: channels.Content, sentence: "这条留言已经回复过，请先删除原回复再重新回复。"},
	{codes: []int64{88007}, class: channels.Content, sentence: "回复内容超过长度限制或为空，请修改后再提交。"},
	{codes: []int64{88008}, class: channels.Content, sentence: "没有找到这条留言，请刷新留言列表。"},
	{codes: []int64{88010}, class: channels.Defect, sentence: "留言的读取数量超出范围（系统问题），请联系技术人员。"},
	{codes: []int64{88011}, class: channels.Content, sentence: "留言内容含敏感信息，微信不允许此操作，请登录公众平台处理。"},
}

// publishFault is the line for codes 535xx that no source names.
var publishFault = rule{class: channels.ByHand, sentence: "微信返回未知发布错误，请登录公众平台核实。"}

// unknownFault is the line for every other code.
var unknownFault = rule{class: channels.Defect, sentence: "微信返回错误码 {code}，系统不认识，已停止处理，请联系技术人员。"}

// tokenCodes say that the access token is bad, expired or missing.
var tokenCodes = []string{"40001", "40014", "42001", "41001"}

// statusFaults is what a publish job that ended without an article says, by publish_status.
var statusFaults = map[int64]struct {
	class    channels.Class
	sentence string
}{
	2: {channels.Content, "微信判定原创声明失败，文章没有发布。请修改后重新送审，或登录公众平台查看原因。"},
	3: {channels.Content, "微信发布失败，没有给出原因，文章没有发布。请检查稿件后重新送审，或登录公众平台查看原因。"},
	4: {channels.Content, "稿件未通过微信平台审核，文章没有发布。请修改后重新送审。"},
	5: {channels.ByHand, "文章发布成功后又被删除，现在读者看不到。如非本单位所为，请登录公众平台核实。"},
	6: {channels.ByHand, "文章发布成功后被微信平台封禁，现在读者看不到。请登录公众平台查看原因。"},
}

// massFaults is what a mass sending that WeChat's review stopped says, by the number in "err(n)" of its callback.
var massFaults = map[string]string{
	"10001": "涉嫌广告", "20001": "涉嫌政治敏感", "20002": "涉嫌色情", "20004": "涉嫌社会问题", "20006": "涉嫌违法犯罪",
	"20008": "涉嫌欺诈", "20013": "涉嫌版权问题", "21000": "涉嫌其他问题", "22000": "涉嫌互推",
}
