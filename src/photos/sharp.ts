/** The one door to sharp, with everything shut that is no photo: as shipped it also renders SVG, GIF, TIFF, AVIF and more. */
import { isMainThread } from 'node:worker_threads'
import sharp, { type SharpInput } from 'sharp'
import { photoLimits } from './limits.js'

// The list is the whole process's: a thread that shut everything and then opened three again (each inference thread did, as it
// started) had the main one refuse the good photos of that moment. Threads are started by a main one that has this module.
if (isMainThread) {
  sharp.block({ operation: ['VipsForeignLoad'] })
  sharp.unblock({ operation: ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadWebp'] })
  // Every photo is another one: remembering operations only costs memory.
  sharp.cache(false)
  // One thread a photo: parallelism comes from several photos at a time, and training needs the cores as well.
  sharp.concurrency(1)
}

/**
 * @param failOn `warning` refuses corrupt data: libjpeg calls a bad Huffman code a warning and paints on. (Of 128 JPEGs with
 * flipped bits that were refused so, `error` refused none.)
 */
export const openPhoto = (source: SharpInput, failOn: 'error' | 'warning' = 'warning') =>
  // Of an animation, the first frame.
  // libvips itself stops, too; what it does before the first row, nothing can stop (decoding-pool.ts).
  sharp(source, { limitInputPixels: photoLimits.pixels, pages: 1, failOn }).timeout({
    seconds: Math.ceil(photoLimits.decodeMs / 1_000),
  })

/** Its header alone, however many pixels that promises. */
export const readHeader = (source: SharpInput) => sharp(source, { limitInputPixels: false, pages: 1 }).metadata()
