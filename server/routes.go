package main

import (
	"govmedia/articles"
	"govmedia/channels/picture"
	"govmedia/rules"
	"govmedia/units"
)

// routes is THE TABLE: every route with the permission it needs. Which rows a person reaches is asked in the statements.
func (s *server) routes() {
	// signing in
	add(s, anyone, "POST /api/session", "sign-in", "登录", s.signIn)
	add(s, anyone, "POST /api/session/refresh", "refresh-session", "续期", s.refreshSession)
	add(s, signedIn, "GET /api/session", "get-session", "当前登录", s.getSession)
	add(s, signedIn, "DELETE /api/session", "sign-out", "退出", s.signOut)
	add(s, signedIn, "PUT /api/session/password", "change-password", "修改密码", s.changePassword)
	add(s, signedIn, "GET /api/session/email", "get-email", "本人邮箱", s.getEmail)
	add(s, signedIn, "PUT /api/session/email", "set-email", "设置本人邮箱", s.setEmail)

	// who
	add(s, units.ReadUnits, "GET /api/units", "list-units", "单位树", s.listUnits)
	add(s, units.WriteUnits, "POST /api/units", "create-unit", "新建单位", s.createUnit)
	add(s, units.ReadUnits, "GET /api/units/{id}", "get-unit", "单位", s.getUnit)
	add(s, units.WriteUnits, "PUT /api/units/{id}", "rename-unit", "单位更名", s.renameUnit)
	add(s, units.WriteUnits, "POST /api/units/{id}/move", "move-unit", "调整上级单位", s.moveUnit)
	add(s, units.WriteUnits, "POST /api/units/{id}/merge", "merge-unit", "并入另一个单位", s.mergeUnit)
	add(s, units.WriteUnits, "POST /api/units/{id}/close", "close-unit", "停用单位", s.closeUnit)
	add(s, units.ReadUnits, "GET /api/units/{id}/events", "list-unit-events", "单位沿革", s.listUnitEvents)
	add(s, units.ReadUnits, "GET /api/closed-units", "list-closed-units", "已停用的单位", s.listClosedUnits)
	add(s, units.ReadUnits, "GET /api/vacancies", "list-vacancies", "人员缺口", s.listVacancies)
	add(s, units.ReadUnits, "GET /api/people", "list-people", "人员", s.listPeople)
	add(s, units.WriteUnits, "POST /api/people", "create-person", "新增人员", s.createPerson)
	add(s, units.ReadUnits, "GET /api/people/{id}", "get-person", "人员详情", s.getPerson)
	add(s, units.WriteUnits, "PUT /api/people/{id}/phone", "set-phone", "修改电话", s.setPhone)
	add(s, units.WriteUnits, "POST /api/people/{id}/roles", "grant-role", "授予角色", s.grantRole)
	add(s, units.WriteUnits, "POST /api/people/{id}/roles/revoke", "revoke-role", "撤销角色", s.revokeRole)
	add(s, units.WriteUnits, "POST /api/people/{id}/disable", "disable-person", "停用账户", s.disablePerson)
	add(s, units.WriteUnits, "POST /api/people/{id}/enable", "enable-person", "恢复账户", s.enablePerson)
	add(s, units.WriteUnits, "POST /api/people/{id}/password", "reset-password", "重置密码", s.resetPassword)
	add(s, units.ReadUnits, "GET /api/handovers", "list-handovers", "离岗交接", s.listHandovers)
	add(s, units.HandleApplications, "POST /api/handovers", "begin-handover", "办理离岗交接", s.beginHandover)
	add(s, units.ReadUnits, "GET /api/handovers/{id}", "get-handover", "离岗交接单", s.getHandover)
	add(s, units.HandleApplications, "POST /api/handovers/{id}/items", "record-handover", "登记交接事项", s.recordHandover)
	add(s, units.HandleApplications, "POST /api/handovers/{id}/finish", "finish-handover", "办结交接", s.finishHandover)
	add(s, units.HandleApplications, "POST /api/handovers/{id}/void", "void-handover", "作废交接单", s.voidHandover)
	add(s, units.HandleApplications, "GET /api/staff-filings", "list-staff-filings", "人员备案", s.listStaffFilings)
	add(s, units.HandleApplications, "POST /api/staff-filings/{id}/file", "file-staff-change", "报备人员变动", s.fileStaffChange)
	add(s, units.WriteUnits, "POST /api/staff-filings/{id}/receive", "receive-staff-change", "登记备案回执", s.receiveStaffChange)
	add(s, units.ReadUnits, "GET /api/contractors", "list-contractors", "服务商", s.listContractors)
	add(s, units.HandleApplications, "POST /api/contractors", "create-contractor", "登记服务商", s.createContractor)
	add(s, units.ReadUnits, "GET /api/contractors/{id}", "get-contractor", "服务商详情", s.getContractor)
	add(s, units.HandleApplications, "PUT /api/contractors/{id}", "save-contractor", "修改服务商", s.saveContractor)
	add(s, units.HandleApplications, "POST /api/contractors/{id}/items", "record-contractor", "登记服务商手续", s.recordContractor)
	add(s, units.WriteUnits, "POST /api/contractors/{id}/authorize", "authorize-contractor", "授权服务商进入系统", s.authorizeContractor)
	add(s, units.HandleApplications, "POST /api/contractors/{id}/end", "end-contractor", "终止服务商", s.endContractor)
	add(s, units.ReadUnits, "GET /api/serving-contractors", "list-serving-contractors", "可选的服务商", s.listServing)
	add(s, units.ReadAudit, "GET /api/audit", "list-audit", "审计日志", s.listAudit)

	// what waits for me
	add(s, units.ReadArticles, "GET /api/tasks", "list-tasks", "待办", s.listTasks)

	// articles
	add(s, units.ReadArticles, "GET /api/articles", "list-articles", "稿件列表", s.listArticles)
	add(s, units.WriteArticles, "POST /api/articles", "create-article", "新建稿件", s.createArticle)
	add(s, units.ReadArticles, "GET /api/articles/{id}", "get-article", "稿件", s.getArticle)
	add(s, units.WriteArticles, "PUT /api/articles/{id}", "save-article", "保存稿件", s.saveArticle)
	add(s, units.WriteArticles, "POST /api/articles/{id}/submit", "submit-article", "送审", s.submitArticle)
	add(s, units.WriteArticles, "POST /api/articles/{id}/withdraw", "withdraw-article", "撤回", s.withdrawArticle)
	add(s, units.WriteArticles, "POST /api/articles/{id}/discard", "discard-article", "删除草稿", s.discardArticle)
	add(s, units.WriteArticles, "POST /api/articles/{id}/restore", "restore-article", "恢复草稿", s.restoreArticle)
	add(s, units.SignArticles, "POST /api/articles/{id}/sign", "sign-article", "签署", s.signArticle)
	add(s, units.SignArticles, "POST /api/articles/{id}/return", "return-article", "退回", s.returnArticle)
	add(s, units.PublishArticle, "POST /api/articles/{id}/schedule", "schedule-article", "排期发布", s.scheduleArticle)
	add(s, units.PublishArticle, "POST /api/articles/{id}/unschedule", "unschedule-article", "撤销排期", s.unscheduleArticle)
	add(s, units.ReadArticles, "GET /api/articles/{id}/previews", "preview-article", "各渠道预览", s.previewArticle)

	// pictures and imports
	add(s, units.WriteArticles, "POST /api/imports", "import-text", "导入文本文件", s.importText, s.form(largestText, articles.ErrImportTooLarge))
	add(s, units.ReadArticles, "GET /api/media", "list-media", "图片库", s.listMedia)
	add(s, units.WriteArticles, "POST /api/media", "upload-media", "上传图片", s.uploadMedia, s.form(largestPicture, picture.ErrTooLarge))
	add(s, units.WriteArticles, "POST /api/media/fetch", "fetch-media", "抓取外部图片", s.fetchMedia)
	s.addPlain(units.ReadArticles, "GET /media/:id", s.showMedia)

	// deliveries
	add(s, units.ReadDeliveries, "GET /api/deliveries", "list-deliveries", "投递列表", s.listDeliveries)
	add(s, units.ReadDeliveries, "GET /api/deliveries/{id}", "get-delivery", "投递", s.getDelivery)
	add(s, units.ActDeliveries, "POST /api/deliveries/{id}/cancel", "cancel-delivery", "取消投递", s.cancelDelivery)
	add(s, units.ActDeliveries, "POST /api/deliveries/{id}/retry", "retry-delivery", "重试", s.retryDelivery)
	add(s, units.ActDeliveries, "POST /api/deliveries/{id}/confirm", "confirm-delivery", "登记发布网址", s.confirmDelivery)
	add(s, units.ActDeliveries, "POST /api/deliveries/{id}/settle", "settle-delivery", "核实未发出", s.settleDelivery)
	add(s, units.ReadDeliveries, "GET /api/deliveries/{id}/package", "get-delivery-package", "人工发布包", s.getPackage)
	s.addPlain(units.ReadDeliveries, "GET /api/deliveries/:id/package.zip", s.downloadPackage)

	// accounts
	add(s, units.ReadAccounts, "GET /api/accounts", "list-accounts", "账号台账", s.listAccounts)
	add(s, units.WriteAccounts, "POST /api/accounts", "create-account", "登记账号", s.createAccount)
	add(s, units.ReadAccounts, "GET /api/accounts/{id}", "get-account", "账号", s.getAccount)
	add(s, units.WriteAccounts, "PUT /api/accounts/{id}", "save-account", "修改账号", s.saveAccount)
	add(s, units.BindAccounts, "PUT /api/accounts/{id}/credentials", "bind-account", "绑定凭证", s.bindAccount)
	add(s, units.ReadAccounts, "GET /api/accounts/{id}/posts", "list-posts", "更新记录", s.listPosts)
	add(s, units.ActDeliveries, "POST /api/accounts/{id}/posts", "record-post", "登记更新", s.recordPost)
	add(s, units.WriteAccounts, "POST /api/accounts/{id}/use", "use-account", "启用", s.useAccount)
	add(s, units.WriteAccounts, "POST /api/accounts/{id}/suspend", "suspend-account", "暂停", s.suspendAccount)
	add(s, units.ActDeliveries, "POST /api/accounts/{id}/unread", "mark-account-unread", "标为读不到", s.markUnread)
	add(s, units.ActDeliveries, "POST /api/accounts/{id}/read", "mark-account-read", "恢复读取", s.markRead)
	add(s, units.ReadAccounts, "GET /api/accounts/{id}/columns", "list-columns", "栏目", s.listColumns)
	add(s, units.WriteAccounts, "POST /api/accounts/{id}/columns", "create-column", "登记栏目", s.createColumn)
	add(s, units.ReadAccounts, "GET /api/columns/{id}", "get-column", "栏目", s.getColumn)
	add(s, units.WriteAccounts, "POST /api/columns/{id}/close", "close-column", "关闭栏目", s.closeColumn)
	add(s, units.WriteAccounts, "POST /api/columns/{id}/show", "show-column", "显示栏目", s.showColumn)
	add(s, units.WriteAccounts, "POST /api/columns/{id}/hide", "hide-column", "隐藏栏目", s.hideColumn)
	add(s, units.ReadDashboard, "GET /api/column-findings", "list-column-findings", "栏目问题清单", s.listFindings)

	// the clocks, seen from above
	add(s, units.ReadDashboard, "GET /api/dashboard", "get-dashboard", "看板", s.getDashboard)
	add(s, units.ReadDashboard, "GET /api/dashboard/accounts", "list-watched", "更新监测清单", s.listWatched)
	s.addPlain(units.ReadDashboard, "GET /api/dashboard/accounts.xlsx", s.exportWatched)
	add(s, units.ReadDashboard, "GET /api/dashboard/trend", "get-trend", "十三周趋势", s.getTrend)
	add(s, units.ReadRules, "GET /api/rulebooks", "list-rulebooks", "规则库", s.listRulebooks)
	add(s, units.ReadRules, "GET /api/rulebooks/{rulebook}", "get-rulebook", "规则", s.getRulebook)
	add(s, units.ReadRules, "GET /api/rules/changes", "list-rule-changes", "更严的数字与另选的读法", s.listChanges)
	add(s, units.WriteRules, "POST /api/rules/changes", "choose-rule", "选更严的数字或另一种读法", s.chooseRule)
	add(s, units.WriteRules, "POST /api/rules/changes/preview", "preview-rule-change", "预览选择的影响", s.previewChoice)
	add(s, units.WriteRules, "POST /api/rules/changes/{id}/end", "end-rule-change", "结束一项选择", s.endChange)
	add(s, units.WriteRules, "POST /api/rules/changes/{id}/end/preview", "preview-end-of-rule-change", "预览结束选择的影响", s.previewEndOfChange)
	add(s, units.ReadRules, "GET /api/rules/uses", "list-rulebook-uses", "适用的规则库", s.listUses)
	add(s, units.WriteRules, "POST /api/rules/uses", "adopt-rulebook", "适用一部规则库", s.adoptRulebook)
	add(s, units.WriteRules, "POST /api/rules/uses/preview", "preview-rulebook-use", "预览适用规则库的影响", s.previewAdoption)
	add(s, units.WriteRules, "POST /api/rules/uses/{id}/end", "end-rulebook-use", "不再适用一部规则库", s.endUse)
	add(s, units.WriteRules, "POST /api/rules/uses/{id}/end/preview", "preview-end-of-rulebook-use", "预览不再适用的影响", s.previewEndOfUse)
	add(s, units.ReadRules, "GET /api/rules/rejudgements", "list-rejudgements", "重新判定的进度", s.listRejudgements)

	// working days
	add(s, units.ReadRules, "GET /api/calendar", "get-calendar", "工作日历", s.getCalendar)
	add(s, units.WriteRules, "POST /api/calendar/parse", "parse-calendar", "识别放假通知", s.parseCalendar, s.form(largestNotice, rules.ErrCalendarTooLarge))
	add(s, units.WriteRules, "POST /api/calendar/preview", "preview-calendar-year", "预览放假安排的影响", s.previewYear)
	add(s, units.WriteRules, "PUT /api/calendar/{year}", "save-calendar-year", "录入或更正放假安排", s.saveYear)

	// duties besides updates: matters with a time limit, what comes back every day or year, who is on duty
	add(s, units.ReadDashboard, "GET /api/duties", "list-duties", "可起算的时限规定", s.listDuties)
	add(s, units.ReadDashboard, "GET /api/duties/due", "preview-matter", "试算期限", s.previewMatter)
	add(s, units.ReadDashboard, "GET /api/matters", "list-matters", "时限事项", s.listMatters)
	add(s, units.RecordDuties, "POST /api/matters", "open-matter", "登记时限事项", s.openMatter)
	add(s, units.ReadDashboard, "GET /api/matters/{id}", "get-matter", "时限事项详情", s.getMatter)
	add(s, units.RecordDuties, "POST /api/matters/{id}/finish", "finish-matter", "办结事项", s.finishMatter)
	add(s, units.RecordDuties, "POST /api/matters/{id}/void", "void-matter", "作废事项", s.voidMatter)
	add(s, units.RecordDuties, "POST /api/matters/{id}/correct", "correct-matter", "更正起算时间", s.correctMatter)
	add(s, units.ReadDashboard, "GET /api/periods", "list-periods", "定期职责", s.listPeriods)
	add(s, units.ReadDashboard, "GET /api/acts", "list-acts", "履职记录", s.listActs)
	add(s, units.RecordDuties, "POST /api/acts", "record-act", "登记履职", s.recordAct)
	add(s, units.RecordDuties, "POST /api/acts/{id}/void", "void-act", "作废履职记录", s.voidAct)
	add(s, units.ReadDashboard, "GET /api/roster", "get-roster", "值班表", s.getRoster)
	add(s, units.RecordDuties, "PUT /api/roster", "set-roster", "排班", s.setRoster)

	// reminders
	add(s, units.ReadDashboard, "GET /api/reminders", "list-reminders", "我的提醒", s.listNotices)
	add(s, units.ReadDashboard, "POST /api/reminders/{id}/read", "read-reminder", "知道了", s.readNotice)
	add(s, units.ReadDashboard, "GET /api/reminders/settings", "get-reminder-settings", "提醒设置", s.getReminderSettings)
	add(s, units.SetReminders, "PUT /api/reminders/settings", "set-reminders", "设置提醒", s.setReminders)
	add(s, units.SetReminders, "DELETE /api/reminders/settings", "unset-reminders", "恢复沿用上级设置", s.unsetReminders)
	add(s, units.ReadDashboard, "GET /api/reminders/hooks", "list-hooks", "群机器人", s.listHooks)
	add(s, units.SetReminders, "POST /api/reminders/hooks", "create-hook", "添加群机器人", s.createHook)
	add(s, units.SetReminders, "PUT /api/reminders/hooks/{id}", "save-hook", "修改群机器人", s.saveHook)
	add(s, units.SetReminders, "POST /api/reminders/hooks/{id}/remove", "remove-hook", "移除群机器人", s.removeHook)
	add(s, units.SetReminders, "POST /api/reminders/hooks/{id}/test", "test-hook", "发测试消息", s.testHook)
	add(s, units.ReadDashboard, "GET /api/reminders/mutes", "list-mutes", "静音", s.listMutes)
	add(s, units.SetReminders, "POST /api/reminders/mutes", "mute-rule", "静音规定", s.muteRule)
	add(s, units.SetReminders, "POST /api/reminders/mutes/{id}/end", "end-mute", "结束静音", s.unmute)
	add(s, units.ReadDashboard, "GET /api/reminders/history", "list-reminder-history", "提醒记录", s.listReminderHistory)
	add(s, units.ReadDashboard, "GET /api/reminders/burden", "get-reminder-burden", "提醒负担", s.getBurden)
	add(s, units.ReadDashboard, "GET /api/thursday", "get-thursday", "每周时限清单", s.getThursday)

	// public notices, behind the console
	add(s, units.ReadAccounts, "GET /api/notices", "list-notices", "公告列表", s.listPublicNotices)
	add(s, units.WriteNotices, "POST /api/notices", "draft-notice", "起草公告", s.draftNotice)
	add(s, units.ReadAccounts, "GET /api/notices/{id}", "get-notice", "公告", s.getNotice)
	add(s, units.WriteNotices, "PUT /api/notices/{id}", "save-notice", "修改公告", s.saveNotice)
	add(s, units.WriteNotices, "POST /api/notices/{id}/sign", "sign-notice", "签发公告", s.signNotice)
	add(s, units.WriteNotices, "POST /api/notices/{id}/publish", "publish-notice", "发布公告", s.publishNotice)
	add(s, units.WriteNotices, "POST /api/notices/{id}/last-day", "set-notice-last-day", "改公告结束日", s.setNoticeLastDay)
	add(s, units.WriteNotices, "POST /api/notices/{id}/places", "add-notice-place", "登记公告位置", s.addNoticePlace)
	add(s, units.WriteNotices, "POST /api/notices/{id}/places/remove", "remove-notice-place", "删去公告位置", s.removeNoticePlace)
	add(s, units.WriteNotices, "POST /api/notices/{id}/end", "end-notice", "撤下公告", s.endNotice)
	add(s, units.WriteNotices, "POST /api/notices/{id}/void", "void-notice", "作废公告", s.voidNotice)

	// the public
	s.addPlain(anyone, "GET /p/:id", s.publicPage)
	s.addPlain(anyone, "GET /p/:id/:picture", s.publicPicture)
	s.publicSite()

	// the machine room
	s.addPlain(anyone, "GET /healthz", s.healthz)
	s.addPlain(anyone, "GET /readyz", s.readyz)
	s.addPlain(anyone, "GET /metrics", s.metrics)

	s.addPlain(anyone, "GET /*", s.console)
	s.addPlain(anyone, "HEAD /*", s.console)

	sayNull(s.api.OpenAPI().Components.Schemas)
}
