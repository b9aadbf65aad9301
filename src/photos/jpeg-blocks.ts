/** How many bytes the blocks of a baseline JPEG take: whether they are all there, and what lies behind them. */
import { setImmediate as breathe } from 'node:timers/promises'

/** Of a table: for each length of code (1 to 16 bits), its codes in order. */
export interface HuffmanTable {
  readonly counts: Uint8Array
  readonly symbols: Uint8Array
}

/** What one block is written in. */
export interface BlockTables {
  readonly dc: HuffmanTable
  readonly ac: HuffmanTable
}

const coefficients = 64
/** The event loop gets its turn after so many units. */
const unitsABreath = 512

/**
 * @param piece entropy-coded bytes between two markers
 * @param unit the blocks that repeat, in their order
 * @param times how often they do
 * @returns bytes that were read; undefined when they are no such blocks, or too few
 */
export async function bytesOfBlocks(
  piece: Uint8Array,
  unit: readonly BlockTables[],
  times: number,
): Promise<number | undefined> {
  const bits = new Bits(piece)
  for (let i = 0; i < times; i++) {
    for (const tables of unit) if (!readBlock(bits, tables)) return undefined
    if (i % unitsABreath === unitsABreath - 1) await breathe()
  }
  return bits.at
}

function readBlock(bits: Bits, { dc, ac }: BlockTables): boolean {
  const size = bits.symbol(dc)
  if (size === undefined || !bits.skip(size)) return false
  for (let at = 1; at < coefficients; at++) {
    const symbol = bits.symbol(ac)
    if (symbol === undefined || !bits.skip(symbol & 15)) return false
    const run = symbol >> 4
    // Without a value of its own it stands for 16 zeros, or for nothing but zeros to the end of the block.
    if ((symbol & 15) === 0 && run < 15) break
    at += run
  }
  return true
}

class Bits {
  /** Of the next byte. */
  at = 0
  private byte = 0
  private left = 0

  constructor(private readonly bytes: Uint8Array) {}

  /** @returns undefined for a code that the table has not, or where the bytes end */
  symbol({ counts, symbols }: HuffmanTable): number | undefined {
    let code = 0
    let first = 0
    let index = 0
    for (const count of counts) {
      if (this.left === 0 && !this.next()) return undefined
      code |= (this.byte >> --this.left) & 1
      if (code - first < count) return symbols[index + code - first]
      index += count
      first = (first + count) << 1
      code <<= 1
    }
    return undefined
  }

  skip(count: number): boolean {
    for (let more = count; more > 0;) {
      if (this.left === 0 && !this.next()) return false
      const step = Math.min(more, this.left)
      this.left -= step
      more -= step
    }
    return true
  }

  private next(): boolean {
    const byte = this.bytes[this.at]
    if (byte === undefined) return false
    // A byte 0xff of the picture is followed by a zero.
    this.at += byte === 0xff ? 2 : 1
    this.byte = byte
    this.left = 8
    return true
  }
}
