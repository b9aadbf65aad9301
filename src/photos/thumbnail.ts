import { readFile } from 'node:fs/promises'
import type { SharpInput } from 'sharp'
import { decodingPool } from './decoding-pool.js'
import { mendedJpeg } from './mended-jpeg.js'
import type { FilePath } from './path-text.js'
import { openPhoto } from './sharp.js'

/** Longest side, in pixels: one is sharp in a grid of photos, the other alone on a screen, where a phone's original has 12 million. */
const longestSides = { SMALL: 320, LARGE: 1024 } as const
export type ThumbnailSize = keyof typeof longestSides

/**
 * A small JPEG of a kept photo, never enlarged. SMALL takes 3 ms of one of 512 x 384 pixels and 7 of one of 12 megapixels, LARGE 2
 * and 17: libjpeg decodes at a fraction (10 and 34 without). It is not stored: whoever shows it keeps it for a while (api/files.ts).
 * @throws Error when the file is gone; WasteXError OVERLOADED
 */
export const thumbnail = (file: FilePath, size: ThumbnailSize): Promise<Uint8Array> =>
  decodingPool.run('picture', async () =>
    // sharp takes a buffer for the picture itself.
    small(typeof file === 'string' ? file : await readFile(file), size).catch(async (error: unknown) => {
      // A JPEG that lies where it was imported from may need the mending that it had then.
      const { bytes } = await mendedJpeg(await readFile(file))
      if (!bytes) throw error
      return small(bytes, size)
    }),
  )

const small = (photo: SharpInput, size: ThumbnailSize): Promise<Uint8Array> =>
  openPhoto(photo, 'error')
    .autoOrient()
    .resize(longestSides[size], longestSides[size], { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: 'white' })
    .toColourspace('srgb')
    .jpeg({ quality: 80 })
    .toBuffer()
