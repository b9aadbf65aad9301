import { side } from './decode.js'

const columns = 17
const rows = 16
export const hashBits = (columns - 1) * rows

/**
 * A difference hash: the photo averaged down to 17 x 16 greys, one bit for each two neighbours in a row, set where it gets
 * brighter to the right. (Neal Krawetz, "Kind of Like That", 2013, with 16 x 16 bits instead of 8 x 8.)
 * @param pixels uint8 [299, 299, 3], as `decode` makes them
 * @returns 64 hexadecimal digits
 */
export function perceptualHash(pixels: Uint8Array): string {
  const grey = averaged(pixels)
  let hex = ''
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns - 1; x += 4) {
      let digit = 0
      for (let bit = 0; bit < 4; bit++) {
        const at = y * columns + x + bit
        digit = digit * 2 + ((grey[at + 1] ?? 0) > (grey[at] ?? 0) ? 1 : 0)
      }
      hex += digit.toString(16)
    }
  }
  return hex
}

/** Sums over the cells of the grid; a pixel on a border belongs to the cell that its centre is in. */
function averaged(pixels: Uint8Array): Float64Array {
  const sums = new Float64Array(columns * rows)
  const counts = new Uint32Array(columns * rows)
  for (let y = 0; y < side; y++) {
    const row = Math.floor(((y + 0.5) * rows) / side) * columns
    for (let x = 0; x < side; x++) {
      const cell = row + Math.floor(((x + 0.5) * columns) / side)
      const at = (y * side + x) * 3
      // Rec. 601 luma, in thousandths.
      const luma = 299 * (pixels[at] ?? 0) + 587 * (pixels[at + 1] ?? 0) + 114 * (pixels[at + 2] ?? 0)
      sums[cell] = (sums[cell] ?? 0) + luma
      counts[cell] = (counts[cell] ?? 0) + 1
    }
  }
  return sums.map((sum, cell) => sum / (counts[cell] ?? 1))
}

/** As eight 32-bit words, for counting bits quickly. */
export function hashWords(hash: string): Uint32Array {
  return Uint32Array.from({ length: hashBits / 32 }, (_, i) => Number.parseInt(hash.slice(i * 8, i * 8 + 8), 16))
}

/** In how many of its 256 bits one hash differs from another. */
export function hammingDistance(a: string, b: string): number {
  const left = hashWords(a)
  const right = hashWords(b)
  return left.reduce((sum, word, i) => sum + ones(word ^ (right[i] ?? 0)), 0)
}

/** Set bits of a 32-bit word (Hacker's Delight, 5-1). */
export function ones(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555)
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333)
  n = (n + (n >>> 4)) & 0x0f0f0f0f
  return Math.imul(n, 0x01010101) >>> 24
}
