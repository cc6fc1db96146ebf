/** The address if a browser can open it as a page, otherwise an empty text: what a platform answers is not trusted. */
export function webLink(url: string): string {
  return /^https?:\/\//i.test(url) ? url : ''
}
