const endSignature = 0x06054b50
const entrySignature = 0x02014b50
const endSize = 22
const longestComment = 65_535

/** What the directory of a zip archive claims about its contents. */
export interface ZipSummary {
  entries: number
  /** Bytes after unpacking, all entries together. */
  unpacked: number
}

function findEnd(view: DataView): number {
  const lowest = Math.max(0, view.byteLength - endSize - longestComment)
  for (let at = view.byteLength - endSize; at >= lowest; at--) {
    if (view.getUint32(at, true) === endSignature) return at
  }
  return -1
}

/** Reads the directory of a zip archive without unpacking anything; null when the bytes are none. */
export function readZipDirectory(bytes: ArrayBuffer): ZipSummary | null {
  const view = new DataView(bytes)
  if (view.byteLength < endSize) return null
  const end = findEnd(view)
  if (end < 0) return null
  const entries = view.getUint16(end + 10, true)
  let at = view.getUint32(end + 16, true)
  let unpacked = 0
  for (let entry = 0; entry < entries; entry++) {
    if (at + 46 > view.byteLength || view.getUint32(at, true) !== entrySignature) return null
    unpacked += view.getUint32(at + 24, true)
    at += 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  return { entries, unpacked }
}
