import { createHash } from 'node:crypto'
import { side } from './pixels.js'

export const hashBits = 256

/**
 * Two photos are near copies up to so many differing bits. Measured on TrashNet (1,763 photos on white boards; sampled
 * every eighth): distance of a photo to itself after
 *   JPEG quality 50      median 1, largest 19      half the size         median 5, largest 15
 *   WebP quality 75      median 1, largest 19      twice the size        median 2, largest 7
 *   10 % brighter        median 2, largest 13      10 % darker           median 1, largest 18
 *   a rim of 2 % cut off median 17, largest 41     2 % off one corner    median 34, largest 67
 *   half, darker and quality 50 at once: median 6, largest 30
 * and to the nearest other photo: 24 pairs at 48 or below (real copies and bursts), the first tenth at 84, median 96.
 * Radius 32 finds 22 pairs, 40 finds 23, 48 finds 24, and no group is larger than a pair. A difference hash of as many bits has
 * no such gap: its nearest others start at 14 (a tenth at 37), radius 32 chains 40 photos of boards together, and simple
 * drawings on one background are all the same to it.
 */
export const nearCopyRadius = 40

const grid = 32
const kept = 16
/** Greys; a picture in which every frequency is weaker has no structure to compare. */
const flat = 1e-3

/** [frequency][place]: the first 17 rows of a DCT-II of 32 values. */
const cosines = Array.from({ length: kept + 1 }, (_, k) =>
  Float64Array.from({ length: grid }, (_, n) => Math.cos((Math.PI * k * (2 * n + 1)) / (2 * grid)) / grid),
)

/**
 * The signs of the photo's 16 x 16 lowest frequencies (pHash: Zauner, "Implementation and Benchmarking of Perceptual Image
 * Hash Functions", 2010, with 256 bits for its 64, and zero for its median). The mean has no sign; frequency (0, 16)
 * stands in its place. A picture of one colour is hashed by that colour.
 * @param pixels uint8 [299, 299, 3], as `decode` makes them
 * @returns 64 hexadecimal digits
 */
export function perceptualHash(pixels: Uint8Array): string {
  const frequencies = transformed(averaged(pixels))
  if (frequencies.every((value) => Math.abs(value) < flat)) return hashOfColour(pixels)
  let hex = ''
  for (let i = 0; i < hashBits; i += 4) {
    let digit = 0
    for (let bit = i; bit < i + 4; bit++) digit = digit * 2 + ((frequencies[bit] ?? 0) > 0 ? 1 : 0)
    hex += digit.toString(16)
  }
  return hex
}

const hashOfColour = (pixels: Uint8Array) => createHash('sha256').update(pixels.subarray(0, 3)).digest('hex')

/** Where each cell begins, and the last one ends: a pixel on a border is of the cell that its centre is in. */
const bounds = Uint16Array.from({ length: grid + 1 }, (_, cell) => Math.ceil((cell * side) / grid - 0.5))
const pixelsIn = (cell: number) => (bounds[cell + 1] as number) - (bounds[cell] as number)

/** @returns mean luma (Rec. 601) of each cell of the grid */
function averaged(pixels: Uint8Array): Float64Array {
  const means = new Float64Array(grid * grid)
  for (let row = 0; row < grid; row++)
    for (let column = 0; column < grid; column++) {
      let [red, green, blue] = [0, 0, 0]
      for (let y = bounds[row] as number; y < (bounds[row + 1] as number); y++) {
        const end = (y * side + (bounds[column + 1] as number)) * 3
        for (let at = (y * side + (bounds[column] as number)) * 3; at < end; at += 3) {
          red += pixels[at] as number
          green += pixels[at + 1] as number
          blue += pixels[at + 2] as number
        }
      }
      const luma = 0.299 * red + 0.587 * green + 0.114 * blue
      means[row * grid + column] = luma / (pixelsIn(row) * pixelsIn(column))
    }
  return means
}

/** @returns [16 * 16] frequencies, down before across, the first of them (0, 16) */
function transformed(greys: Float64Array): Float64Array {
  const down = new Float64Array(kept * grid)
  for (let k = 0; k < kept; k++) {
    const along = cosines[k] as Float64Array
    for (let x = 0; x < grid; x++) {
      let sum = 0
      for (let y = 0; y < grid; y++) sum += (greys[y * grid + x] as number) * (along[y] as number)
      down[k * grid + x] = sum
    }
  }
  const out = new Float64Array(kept * kept)
  for (let i = 0; i < out.length; i++) {
    const k = Math.floor(i / kept)
    const across = cosines[i === 0 ? kept : i % kept] as Float64Array
    let sum = 0
    for (let x = 0; x < grid; x++) sum += (down[k * grid + x] as number) * (across[x] as number)
    out[i] = sum
  }
  return out
}

/** As eight 32-bit words, for counting bits quickly. */
export const hashWords = (hash: string): Uint32Array =>
  Uint32Array.from({ length: hashBits / 32 }, (_, i) => Number.parseInt(hash.slice(i * 8, i * 8 + 8), 16))

/** In how many of its 256 bits one hash differs from another. */
export function hammingDistance(a: string, b: string): number {
  const right = hashWords(b)
  return hashWords(a).reduce((sum, word, i) => sum + ones(word ^ (right[i] ?? 0)), 0)
}

/** Set bits of a 32-bit word (Hacker's Delight, 5-1). */
export function ones(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555)
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333)
  n = (n + (n >>> 4)) & 0x0f0f0f0f
  return Math.imul(n, 0x01010101) >>> 24
}
