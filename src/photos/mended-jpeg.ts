/**
 * A JPEG without what its decoder warns of although the whole picture is there: cameras and phones write such files. Damage is left as
 * it is, so that the decoder still refuses it.
 */
import { isFrame, isRestart, Scans } from './jpeg-scans.js'

/** Second bytes of markers. */
const marker = { app0: 0xe0, app14: 0xee, dht: 0xc4, dri: 0xdd, eoi: 0xd9, soi: 0xd8, sos: 0xda } as const
/** A photo has some dozens. What has thousands is made to keep somebody busy. */
const mostSegments = 2_000
const endMarker = Uint8Array.of(0xff, marker.eoi)

export interface MendedJpeg {
  /** undefined: part of the picture is missing, or its parts cannot be told from each other */
  readonly bytes?: Uint8Array
  /** Whether the file says where it ends. */
  readonly hasEnd: boolean
}

/** Of all but a few photos; of the others `mendedJpeg` tells. */
export const endsAsJpeg = (bytes: Uint8Array): boolean => bytes.at(-2) === 0xff && bytes.at(-1) === marker.eoi

export async function mendedJpeg(given: Uint8Array): Promise<MendedJpeg> {
  const jpeg = Buffer.from(given.buffer, given.byteOffset, given.length)
  const scans = new Scans()
  const out: Uint8Array[] = [jpeg.subarray(0, 2)]
  let adobe: Buffer | undefined
  let segments = 0
  for (let at = nextMarker(jpeg, 2); at < jpeg.length; at = nextMarker(jpeg, at)) {
    if (++segments > mostSegments) return { hasEnd: false }
    const code = jpeg[at + 1]
    // What comes behind it is no part of the picture.
    if (code === marker.eoi) return { bytes: Buffer.concat([...out, endMarker]), hasEnd: true }
    if (code === undefined || at + 4 > jpeg.length) break
    const end = at + 2 + jpeg.readUInt16BE(at + 2)
    if (code === marker.soi || isRestart(code) || end < at + 4 || end > jpeg.length) break
    const segment = Buffer.from(jpeg.subarray(at, end))
    out.push(segment)
    at = end
    if (code === marker.app0 && begins(segment, 'JFIF\0')) segment[9] = 1
    else if (code === marker.app14 && begins(segment, 'Adobe')) adobe = segment
    else if (code === marker.dht) scans.addTables(segment)
    else if (code === marker.dri) scans.setInterval(segment)
    else if (isFrame(code) && segment.length > 10) {
      if (scans.isBegun) return { hasEnd: false }
      scans.beginFrame(segment)
      // Of a transform that it does not know the decoder takes the usual one.
      if (adobe && (adobe[15] ?? 0) > 2) adobe[15] = scans.componentCount === 4 ? 2 : 1
    } else if (code === marker.sos && segment.length >= 8) {
      const units = scans.beginScan(segment)
      at = endOfScan(jpeg, end)
      for (const part of await scans.withoutZeros(jpeg.subarray(end, at), units)) out.push(part)
    }
  }
  return (await scans.isComplete()) ? { bytes: Buffer.concat([...out, endMarker]), hasEnd: false } : { hasEnd: false }
}

const begins = (segment: Buffer, text: string): boolean =>
  segment.length > 15 && segment.toString('latin1', 4, 4 + text.length) === text

/** Bytes between two segments, and further 0xff before a marker, belong to neither. */
function nextMarker(jpeg: Buffer, from: number): number {
  for (let at = jpeg.indexOf(0xff, from); at >= 0; at = jpeg.indexOf(0xff, at + 1)) {
    const code = jpeg[at + 1]
    if (code !== 0 && code !== 0xff) return at
  }
  return jpeg.length
}

/** A restart marker is part of it, and so is a byte 0xff of the picture, which a zero follows. */
function endOfScan(jpeg: Buffer, from: number): number {
  let at = nextMarker(jpeg, from)
  while (isRestart(jpeg[at + 1])) at = nextMarker(jpeg, at + 2)
  return at
}
