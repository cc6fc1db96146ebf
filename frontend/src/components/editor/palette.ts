/** The colours that article text may have. All of them are readable on white. */
export const palette = [
  { name: '红色', value: '#c00000' },
  { name: '橙色', value: '#b45309' },
  { name: '绿色', value: '#237a3b' },
  { name: '蓝色', value: '#1d57a8' },
  { name: '紫色', value: '#6b3fa0' },
  { name: '灰色', value: '#666666' },
] as const

/** The font sizes that article text may have, in pixels; body text carries none. */
export const fontSizes = [12, 14, 16, 18, 20, 24] as const

const [red, orange, green, blue, purple, grey] = palette.map((color) => color.value)

const named: Record<string, string> = {
  red: '#ff0000',
  darkred: '#8b0000',
  crimson: '#dc143c',
  maroon: '#800000',
  orange: '#ffa500',
  green: '#008000',
  blue: '#0000ff',
  navy: '#000080',
  purple: '#800080',
  gray: '#808080',
  grey: '#808080',
  white: '#ffffff',
}

type Rgb = [number, number, number]

function parseColor(value: string): Rgb | null {
  const text = named[value.trim().toLowerCase()] ?? value.trim().toLowerCase()
  const short = /^#([\da-f])([\da-f])([\da-f])$/.exec(text)
  if (short) return short.slice(1).map((digit) => parseInt(digit + digit, 16)) as Rgb
  const long = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})/.exec(text)
  if (long) return long.slice(1).map((pair) => parseInt(pair, 16)) as Rgb
  const rgb = /^rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)/.exec(text)
  return rgb ? (rgb.slice(1).map(Number) as Rgb) : null
}

function hueOf([r, g, b]: Rgb, max: number, spread: number): number {
  const turn = max === r ? (g - b) / spread : max === g ? 2 + (b - r) / spread : 4 + (r - g) / spread
  return (turn * 60 + 360) % 360
}

/**
 * snapColor gives the palette colour nearest in hue, or null where text should have none: black, near-black and
 * near-white (which would vanish), `windowtext`, and whatever is not a colour.
 */
export function snapColor(value: string | null | undefined): string | null {
  const rgb = value ? parseColor(value) : null
  if (!rgb) return null
  const max = Math.max(...rgb)
  const spread = max - Math.min(...rgb)
  const lightness = (max - spread / 2) / 255
  if (lightness > 0.92) return null
  if (spread < 40) return lightness < 0.33 ? null : grey!
  const hue = hueOf(rgb, max, spread)
  if (hue < 20 || hue >= 330) return red!
  if (hue < 70) return orange!
  if (hue < 170) return green!
  return hue < 255 ? blue! : purple!
}

/** The size in pixels when it is one of ours, else null. */
export function knownFontSize(value: string | null | undefined): number | null {
  const pixels = /^(\d+)px$/.exec(value ?? '')
  const size = pixels ? Number(pixels[1]) : NaN
  return (fontSizes as readonly number[]).includes(size) ? size : null
}
