/** A trusted photo, upright and flat, for whatever is to be made of it. */
import type { Sharp } from 'sharp'
import { endsAsJpeg, mendedJpeg } from './mended-jpeg.js'
import { openPhoto } from './sharp.js'
import type { PhotoType } from './type.js'
import { unreadable } from './unreadable.js'

/**
 * Upright, in sRGB, without transparency (white shines through).
 * @throws WasteXError UNSUPPORTED_IMAGE when it cannot be decoded to its last row
 */
export async function uprightPhoto<T>(
  bytes: Uint8Array,
  type: PhotoType,
  make: (photo: Sharp) => Promise<T>,
): Promise<T> {
  const attempt = (photo: Uint8Array) =>
    make(openPhoto(photo).autoOrient().flatten({ background: 'white' }).toColourspace('srgb'))
  const attemptMended = async (otherwise?: unknown) => {
    const mended = await mendedJpeg(bytes)
    if (!mended.bytes) throw otherwise ?? new Error('the JPEG has no end marker, and not all of its blocks')
    return attempt(mended.bytes)
  }
  // libvips looks at a decoder's warning when it goes on to the next rows: what the last rows lack it does not see.
  if (type === 'jpeg' && !endsAsJpeg(bytes)) return attemptMended().catch(unreadable(type, bytes))
  return attempt(bytes)
    .catch((error: unknown) => {
      if (type === 'jpeg') return attemptMended(error)
      throw error
    })
    .catch(unreadable(type, bytes))
}
