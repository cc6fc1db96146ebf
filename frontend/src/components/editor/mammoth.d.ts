/** The browser build of mammoth has no types of its own; the package's are the same. */
declare module 'mammoth/mammoth.browser.min.js' {
  import mammoth from 'mammoth'
  export default mammoth
}
