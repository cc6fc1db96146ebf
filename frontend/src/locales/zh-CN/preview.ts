/** Previews of an article on its channels. */
export const preview = {
  wechat: '微信公众号预览',
  weibo: '微博预览',
  app: '客户端预览',
  body: '正文预览',
  noCover: '未设置封面',
  noTitle: '（无标题）',
  sample: '预览效果，实际显示以平台为准',
  limits: '平台限制',
  used: (used: number, limit: number) => `${used}/${limit}`,
  link: '网页链接',
  within: '符合',
  over: '超出',
  warnings: '需要留意',
  readMore: '阅读原文',
}
