/** A trusted photo, upright and flat, for whatever is to be made of it. */
import type { Sharp } from 'sharp'
import { messageOf, WasteXError } from '../errors.js'
import { openPhoto } from './sharp.js'
import type { PhotoType } from './type.js'

/**
 * Upright, in sRGB, without transparency (white shines through).
 * @throws WasteXError UNSUPPORTED_IMAGE when it cannot be decoded to its last row
 */
export async function uprightPhoto<T>(
  bytes: Uint8Array,
  type: PhotoType,
  make: (photo: Sharp) => Promise<T>,
): Promise<T> {
  const attempt = (failOn?: 'error') =>
    make(openPhoto(bytes, failOn).autoOrient().flatten({ background: 'white' }).toColourspace('srgb'))
  return attempt()
    .catch((error: unknown) => {
      // Some phones write a baseline JPEG's scan header with numbers that only matter to progressive ones.
      if (!/Invalid SOS parameters/.test(messageOf(error))) throw error
      return attempt('error')
    })
    .catch(unreadable(type))
}

export const unreadable = (type: PhotoType) => () => {
  throw new WasteXError(
    'UNSUPPORTED_IMAGE',
    `This ${type.toUpperCase()} is damaged or was cut short: it cannot be decoded. Send the original, or take it again.`,
  )
}
