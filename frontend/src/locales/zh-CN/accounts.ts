/** The register of accounts. */
export const accounts = {
  title: '账号',
  new: '登记账号',
  empty: '还没有登记账号',
  emptyFiltered: '没有符合条件的账号',
  emptyText: '点“登记账号”把本单位的公众号、微博和客户端登记进来。',
  filters: '筛选账号',
  search: '名称包含',
  kind: '类型',
  name: '账号名称',
  lastPost: '最近更新',
  never: '没有更新记录',
  freshness: '更新状态',
  due: (time: string) => `截止 ${time}`,
  sentence: (status: string, due: string, citation: string) =>
    [status, due ? `截止 ${due}` : ''].filter(Boolean).join('，') + (citation ? `（${citation}）` : ''),
  endOfDay: (day: string) => `${day} 24:00`,
  notCounted: '未启用，不计时限',
}
