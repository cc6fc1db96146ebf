/** Line icons of the toolbar on a 20 × 20 grid. */
export const icons = {
  undo: 'M7 5 3.500 8.500 7 12M4 8.500h8a4.500 4.500 0 0 1 0 9H8',
  redo: 'M13 5l3.500 3.500L13 12M16 8.500H8a4.500 4.500 0 0 0 0 9h4',
  alignLeft: 'M3 4h14M3 8h9M3 12h14M3 16h9',
  alignCenter: 'M3 4h14M5.500 8h9M3 12h14M5.500 16h9',
  alignRight: 'M3 4h14M8 8h9M3 12h14M8 16h9',
  indent: 'M8 4h9M3 8h14M3 12h14M3 16h14M3 2.500 5 4 3 5.500',
  bulletList: 'M7.500 5H17M7.500 10H17M7.500 15H17M3.500 5h.6M3.500 10h.6M3.500 15h.6',
  orderedList: 'M8 5h9M8 10h9M8 15h9M3 3.500l1-.5v4M3 9.200c1.800-.8 2.600.6 1.300 1.800L3 12h2.200M3 13.800h2l-1.200 1.300c2 .1 1.600 2.300-.8 1.700',
  blockquote: 'M4 5v10M8 6h9M8 10h9M8 14h6',
  rule: 'M3 10h14',
  link: 'M8.500 11.500a3 3 0 0 0 4.300 0l3-3a3 3 0 0 0-4.300-4.300l-1 1M11.500 8.500a3 3 0 0 0-4.300 0l-3 3a3 3 0 0 0 4.300 4.300l1-1',
  image: 'M3 4h14v12H3zM3 14l4-4 3 3 3-3 4 4M7.200 7.500h.1',
  table: 'M3 4h14v12H3zM3 8h14M3 12h14M9 8v8',
  clear: 'M5 4h9M9.500 4 8 13M4 17h6M12.500 12l4 4M16.500 12l-4 4',
  find: 'M9 3.500a5.500 5.500 0 1 1 0 11a5.500 5.500 0 0 1 0-11M13 13l4 4',
} as const

export type IconName = keyof typeof icons
