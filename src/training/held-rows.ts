/** Rows of features by number; as many as fit are held in memory, the rest is read again whenever it is wanted. */
import type { ViewOf } from './features/feature-source.js'

const atOnce = 256

export class HeldRows {
  private readonly held: Float32Array
  private readonly present: Uint8Array

  /**
   * @param read float32 [numbers, width] of these rows
   * @param bytes for those that are held
   */
  constructor(
    readonly count: number,
    readonly width: number,
    bytes: number,
    private readonly read: (numbers: Uint32Array) => Promise<Float32Array>,
  ) {
    const capacity = Math.min(count, Math.floor(bytes / (4 * width)))
    this.held = new Float32Array(capacity * width)
    this.present = new Uint8Array(capacity)
  }

  get bytes(): number {
    return this.held.byteLength
  }

  /** @returns float32 [numbers, width], the caller's own */
  async take(numbers: Uint32Array): Promise<Float32Array<ArrayBuffer>> {
    const { width, held, present } = this
    const rows = new Float32Array(numbers.length * width)
    const missing: number[] = []
    numbers.forEach((number, i) => {
      if (present[number]) rows.set(held.subarray(number * width, (number + 1) * width), i * width)
      else missing.push(i)
    })
    if (missing.length === 0) return rows
    const fresh = await this.read(Uint32Array.from(missing, (i) => numbers[i] as number))
    missing.forEach((i, at) => {
      const row = fresh.subarray(at * width, (at + 1) * width)
      rows.set(row, i * width)
      const number = numbers[i] as number
      if (number >= present.length) return
      held.set(row, number * width)
      present[number] = 1
    })
    return rows
  }

  /** All of them in order, some at a time. */
  async *all(): AsyncGenerator<Float32Array<ArrayBuffer>> {
    for (let start = 0; start < this.count; start += atOnce) {
      const length = Math.min(atOnce, this.count - start)
      yield await this.take(Uint32Array.from({ length }, (_, i) => start + i))
    }
  }
}

/** Rows of views, by their place in the list. */
export const rowsOfViews = (
  views: readonly ViewOf[],
  width: number,
  bytes: number,
  read: (views: readonly ViewOf[]) => Promise<Float32Array>,
): HeldRows =>
  new HeldRows(views.length, width, bytes, (numbers) => read(Array.from(numbers, (number) => views[number] as ViewOf)))
