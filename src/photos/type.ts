/** What a file is, by its first bytes: names and declared types are not believed. */
import { WasteXError } from '../errors.js'

export type PhotoType = 'jpeg' | 'png' | 'webp'

export const mimeTypeOf: Readonly<Record<PhotoType, string>> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
}

const heifBrands = new Set(['heic', 'heix', 'hevc', 'hevx', 'heim', 'heis', 'mif1', 'msf1'])

/** @throws WasteXError UNSUPPORTED_IMAGE that says what the file seems to be and what to send instead. */
export function photoType(bytes: Uint8Array): PhotoType {
  const type = typeByHead(bytes)
  if (type) return type
  throw new WasteXError('UNSUPPORTED_IMAGE', `${whatItIs(headOf(bytes))} Send a JPEG, PNG or WebP.`)
}

/** @param bytes the first dozen will do @returns undefined for what is no photo */
export function typeByHead(bytes: Uint8Array): PhotoType | undefined {
  const head = headOf(bytes)
  if (head.startsWith('\xff\xd8\xff')) return 'jpeg'
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'png'
  return head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP' ? 'webp' : undefined
}

const headOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 256)).toString('latin1')

function whatItIs(head: string): string {
  if (head === '') return 'The file is empty.'
  if (head.slice(4, 8) === 'ftyp') {
    const brand = head.slice(8, 12)
    if (heifBrands.has(brand))
      return 'This is a HEIC photo. On an iPhone: Settings, Camera, Formats, “Most Compatible” makes it take JPEGs.'
    return brand === 'avif' || brand === 'avis' ? 'This is an AVIF picture.' : 'This is a video, not a photo.'
  }
  if (head.startsWith('GIF8')) return 'This is a GIF.'
  if (head.startsWith('II*\0') || head.startsWith('MM\0*')) return 'This is a TIFF or a camera’s raw file.'
  if (head.startsWith('BM')) return 'This is a BMP.'
  if (head.startsWith('%PDF')) return 'This is a PDF.'
  if (/<svg|<\?xml/i.test(head)) return 'This is an SVG drawing, not a photo.'
  return 'This is no photo that WasteX can read.'
}
