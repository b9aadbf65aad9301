/** Bytes from outside become a photo that can be trusted: the right type, a sane size, and decodable to its last row. */
import { messageOf, WasteXError } from '../errors.js'
import { side } from './pixels.js'
import { maxPixels, openPhoto, readHeader } from './sharp.js'
import { type PhotoType, photoType } from './type.js'

export const maxBytes = 10 * 1024 * 1024
export const minSide = 16
export const maxSide = 12_000

export interface PhotoFacts {
  readonly type: PhotoType
  /** Upright, as the EXIF orientation says. */
  readonly width: number
  readonly height: number
}

export interface DecodedPhoto extends PhotoFacts {
  /** uint8 [299, 299, 3], RGB, upright, squeezed to a square */
  readonly pixels: Uint8Array
}

/**
 * Reads the header alone: what is refused here costs nothing, however large it would become.
 * @throws WasteXError PAYLOAD_TOO_LARGE, UNSUPPORTED_IMAGE
 */
export async function inspect(bytes: Uint8Array): Promise<PhotoFacts> {
  if (bytes.length > maxBytes)
    throw new WasteXError('PAYLOAD_TOO_LARGE', `A photo may have ${maxBytes / 1024 / 1024} MB; this one has more.`)
  const type = photoType(bytes)
  const { width, height } = await readHeader(bytes).then(({ autoOrient }) => autoOrient, unreadable(type))
  if (width * height > maxPixels || Math.max(width, height) > maxSide) {
    const allowed = `${maxPixels / 1e6} megapixels and ${maxSide} pixels a side`
    throw new WasteXError('PAYLOAD_TOO_LARGE', `A photo may have ${allowed}; this one is ${width} x ${height}.`)
  }
  if (Math.min(width, height) < minSide)
    throw new WasteXError('UNSUPPORTED_IMAGE', `${width} x ${height} pixels are too few to see anything on.`)
  return { type, width, height }
}

/**
 * Upright, in sRGB, without transparency (white shines through), squeezed to a square. `linear` averages over the area a
 * pixel covers and never overshoots at edges; the ImageNet weights were trained on bilinear pictures too. Large JPEGs
 * are decoded at a half, a quarter or an eighth, but never below twice the final size, so the last step is ours.
 * @throws WasteXError PAYLOAD_TOO_LARGE, UNSUPPORTED_IMAGE
 */
export async function decode(bytes: Uint8Array): Promise<DecodedPhoto> {
  const facts = await inspect(bytes)
  const pixels = await squeezed(openPhoto(bytes))
    .catch((error: unknown) => {
      // Some phones write a baseline JPEG's scan header with numbers that only matter to progressive ones.
      if (!/Invalid SOS parameters/.test(messageOf(error))) throw error
      return squeezed(openPhoto(bytes, 'error'))
    })
    .catch(unreadable(facts.type))
  return { ...facts, pixels: threeChannels(pixels) }
}

const squeezed = (photo: ReturnType<typeof openPhoto>): Promise<Uint8Array> =>
  photo
    .autoOrient()
    .flatten({ background: 'white' })
    .resize(side, side, { fit: 'fill', kernel: 'linear', fastShrinkOnLoad: false })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer()

const unreadable = (type: PhotoType) => () => {
  throw new WasteXError(
    'UNSUPPORTED_IMAGE',
    `This ${type.toUpperCase()} is damaged or was cut short: it cannot be decoded.`,
  )
}

/** libvips keeps grey pictures grey. */
function threeChannels(raw: Uint8Array): Uint8Array {
  const places = side * side
  if (raw.length === places * 3) return new Uint8Array(raw.buffer, raw.byteOffset, raw.length)
  if (raw.length !== places) throw new Error(`a decoded photo has ${raw.length} values`)
  const pixels = new Uint8Array(places * 3)
  for (let i = 0; i < pixels.length; i++) pixels[i] = raw[Math.floor(i / 3)] ?? 0
  return pixels
}
