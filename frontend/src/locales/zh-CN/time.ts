/** Spans of time. */
export const time = {
  left: (span: string) => `剩 ${span}`,
  over: (span: string) => `超 ${span}`,
  days: (count: number) => `${count} 天`,
  hours: (count: number) => `${count} 小时`,
  minutes: (count: number) => `${count} 分钟`,
  hoursWithDays: (hours: number, span: string) => `${hours} 小时（${span}）`,
  lessThanMinute: '不到 1 分钟',
}
