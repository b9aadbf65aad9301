/**
 * So many photos are decoded at once, and the others wait: phones first, in a queue that has an end. Without it a burst of
 * uploads would take every thread that reads files, and memory for all its pictures.
 */
import { isMainThread } from 'node:worker_threads'
import { WasteXError } from '../errors.js'
import { decodesAtOnce, photoLimits } from './limits.js'

/** Who waits for the photo: a phone for its answer; or an import or a training, which have time and ask for a few only. */
export type Lane = 'phone' | 'house'

interface Limits {
  readonly atOnce: number
  readonly waiting: number
  readonly decodeMs: number
}

export class DecodingPool {
  private busy = 0
  private readonly lanes: Record<Lane, (() => void)[]> = { phone: [], house: [] }
  private msEach = 30

  constructor(private readonly limits: Limits) {}

  /** Milliseconds after which there may be room; undefined: there is. */
  get fullForMs(): number | undefined {
    const { length } = this.lanes.phone
    if (length < this.limits.waiting) return undefined
    return Math.ceil((length * this.msEach) / this.limits.atOnce)
  }

  /**
   * Does it when its turn comes. What takes too long is given up; its place is free again when it has really ended.
   * @throws WasteXError OVERLOADED, UNSUPPORTED_IMAGE
   */
  async run<T>(lane: Lane, work: () => Promise<T>): Promise<T> {
    if (lane === 'phone' && this.fullForMs !== undefined)
      throw new WasteXError('OVERLOADED', 'Too many photos are waiting. Try again in a moment.', {
        retryAfterMs: this.fullForMs,
      })
    if (this.busy >= this.limits.atOnce) await new Promise<void>((resolve) => this.lanes[lane].push(resolve))
    else this.busy++
    const started = performance.now()
    const working = work()
    const ended = () => {
      this.msEach = 0.9 * this.msEach + 0.1 * (performance.now() - started)
      const next = this.lanes.phone.shift() ?? this.lanes.house.shift()
      if (next) next()
      else this.busy--
    }
    working.then(ended, ended)
    return this.inTime(working)
  }

  private async inTime<T>(working: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(tooSlow()), this.limits.decodeMs)
    })
    try {
      return await Promise.race([working, late])
    } finally {
      clearTimeout(timer)
    }
  }
}

const tooSlow = () =>
  new WasteXError(
    'UNSUPPORTED_IMAGE',
    'This photo takes too long to decode. Save it again as an ordinary JPEG, or send a smaller one.',
  )

/** Of this thread. */
export const decodingPool = new DecodingPool({
  ...photoLimits,
  atOnce: isMainThread ? decodesAtOnce.serving : decodesAtOnce.training,
})
