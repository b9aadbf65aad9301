import { decodingPool } from './decoding-pool.js'
import { openPhoto } from './sharp.js'

/** Longest side, in pixels: sharp enough for a grid of photos on a dense screen. */
const longestSide = 320

/**
 * A small JPEG of a kept photo (some 10 ms). It is not stored: whoever shows it keeps it, and asks
 * each time whether the photo is still there (api/files.ts).
 * @throws Error when the file is gone; WasteXError OVERLOADED
 */
export const thumbnail = (file: string): Promise<Uint8Array> =>
  decodingPool.run('picture', () =>
    openPhoto(file, 'error')
      .autoOrient()
      .resize(longestSide, longestSide, { fit: 'inside', withoutEnlargement: true })
      .flatten({ background: 'white' })
      .toColourspace('srgb')
      .jpeg({ quality: 80 })
      .toBuffer(),
  )
