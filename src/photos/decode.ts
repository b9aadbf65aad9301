/** Bytes from outside become a photo that can be trusted: the right type, a sane size, and decodable to its last row. */
import type { Sharp } from 'sharp'
import { WasteXError } from '../errors.js'
import { decodingPool, type Lane } from './decoding-pool.js'
import { photoLimits } from './limits.js'
import { side } from './pixels.js'
import { readHeader } from './sharp.js'
import { type PhotoType, photoType } from './type.js'
import { unreadable } from './unreadable.js'
import { uprightPhoto } from './upright.js'

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
  const { pixels: maxPixels, minSide, maxSide } = photoLimits
  if (bytes.length > photoLimits.bytes) {
    const allowed = `${photoLimits.bytes / 1024 / 1024} MB`
    throw new WasteXError('PAYLOAD_TOO_LARGE', `A photo may have ${allowed}; this one has more. Send a smaller copy.`)
  }
  const type = photoType(bytes)
  const { width, height } = await readHeader(bytes).then(({ autoOrient }) => autoOrient, unreadable(type, bytes))
  if (width * height > maxPixels || Math.max(width, height) > maxSide) {
    const allowed = `${maxPixels / 1e6} megapixels and ${maxSide} pixels a side`
    throw new WasteXError(
      'PAYLOAD_TOO_LARGE',
      `A photo may have ${allowed}; this one is ${width} x ${height}. Send a smaller copy.`,
    )
  }
  if (Math.min(width, height) < minSide)
    throw new WasteXError(
      'UNSUPPORTED_IMAGE',
      `${width} x ${height} pixels are too few to see anything on. Send a larger photo.`,
    )
  return { type, width, height }
}

/**
 * Upright and flat, squeezed to a square. `linear` averages over the area a pixel covers and never overshoots at edges; the
 * ImageNet weights were trained on bilinear pictures too. Large JPEGs are decoded at a half, a quarter or an eighth, but never
 * below twice the final size, so the last step is ours.
 * @param lane who waits for it
 * @throws WasteXError PAYLOAD_TOO_LARGE, UNSUPPORTED_IMAGE; for a phone OVERLOADED
 */
export function decode(bytes: Uint8Array, lane: Lane = 'house'): Promise<DecodedPhoto> {
  return decodingPool.run(lane, async () => {
    const facts = await inspect(bytes)
    const pixels = await uprightPhoto(bytes, facts.type, squeezed)
    return { ...facts, pixels: threeChannels(pixels) }
  })
}

const squeezed = (photo: Sharp): Promise<Uint8Array> =>
  photo
    .resize(side, side, { fit: 'fill', kernel: 'linear', fastShrinkOnLoad: false })
    .raw({ depth: 'uchar' })
    .toBuffer()

/** libvips keeps grey pictures grey. */
function threeChannels(raw: Uint8Array): Uint8Array {
  const places = side * side
  if (raw.length === places * 3) return new Uint8Array(raw.buffer, raw.byteOffset, raw.length)
  if (raw.length !== places) throw new Error(`a decoded photo has ${raw.length} values`)
  const pixels = new Uint8Array(places * 3)
  for (let i = 0; i < pixels.length; i++) pixels[i] = raw[Math.floor(i / 3)] ?? 0
  return pixels
}
