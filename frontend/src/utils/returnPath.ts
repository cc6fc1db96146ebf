/** Only a path of this console is a place to return to; anything else would be an open redirect. */
export function safeReturn(value: unknown): string {
  return typeof value === 'string' && /^\/(?![/\\])/.test(value) ? value : '/'
}
