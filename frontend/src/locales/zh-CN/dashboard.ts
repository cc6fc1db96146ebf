/** The clocks, seen from above. */
export const dashboard = {
  title: '看板',
}
