/**
 * So many photos are decoded at once, and the others wait: phones first, in a queue that has an end. Without it a burst of
 * uploads would take every thread that reads files, and memory for all its pictures.
 */
import { isMainThread } from 'node:worker_threads'
import { WasteXError } from '../errors.js'
import { decodesAtOnce, photoLimits } from './limits.js'

/**
 * Who waits for the photo: a phone whose answer lacks this last step alone; a phone with a new photo; somebody who looks at small
 * copies; or an import or a training, which have time and ask for a few only.
 */
export const lanes = ['answer', 'phone', 'picture', 'house'] as const
export type Lane = (typeof lanes)[number]

/** Who goes first. Pictures and the house take turns as they come: neither can keep the other waiting for ever. */
const rank: Readonly<Record<Lane, number>> = { answer: 0, phone: 1, picture: 2, house: 2 }

interface Limits {
  readonly atOnce: number
  /** Of the lane `phone`. */
  readonly waiting: number
  /** Of the lane `picture`. */
  readonly picturesWaiting: number
  readonly decodeMs: number
}

export class DecodingPool {
  private busy = 0
  private readonly queues: { lane: Lane; begin: () => void }[][] = [[], [], []]
  private readonly waitingIn: Record<Lane, number> = { answer: 0, phone: 0, picture: 0, house: 0 }
  private msEach = 30

  constructor(private readonly limits: Limits) {}

  /** Photos of each lane whose turn has not come. */
  get waiting(): Readonly<Record<Lane, number>> {
    return this.waitingIn
  }

  /** Milliseconds after which there may be room for a phone; undefined: there is. */
  get fullForMs(): number | undefined {
    return this.waitingIn.phone < this.limits.waiting ? undefined : this.timeOf(this.waitingIn.phone)
  }

  /**
   * Does it when its turn comes. What takes too long is given up; its place is free again when it has really ended.
   * @throws WasteXError OVERLOADED, UNSUPPORTED_IMAGE
   */
  async run<T>(lane: Lane, work: () => Promise<T>): Promise<T> {
    this.refuseIfFull(lane)
    if (this.busy >= this.limits.atOnce) await this.turnOf(lane)
    else this.busy++
    const started = performance.now()
    const working = work()
    const ended = () => {
      this.msEach = 0.9 * this.msEach + 0.1 * (performance.now() - started)
      this.next()
    }
    working.then(ended, ended)
    return this.inTime(working)
  }

  private refuseIfFull(lane: Lane): void {
    const { waiting, picturesWaiting } = this.limits
    const most = { phone: waiting, picture: picturesWaiting, answer: Infinity, house: Infinity }[lane]
    if (this.waitingIn[lane] < most) return
    throw new WasteXError('OVERLOADED', 'Too many photos are waiting. Try again in a moment.', {
      retryAfterMs: this.timeOf(this.waitingIn[lane]),
    })
  }

  private timeOf(photos: number): number {
    return Math.ceil((photos * this.msEach) / this.limits.atOnce)
  }

  private turnOf(lane: Lane): Promise<void> {
    this.waitingIn[lane]++
    return new Promise((begin) => this.queues[rank[lane]]?.push({ lane, begin }))
  }

  private next(): void {
    const first = this.queues.find(({ length }) => length > 0)?.shift()
    if (!first) return void this.busy--
    this.waitingIn[first.lane]--
    first.begin()
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
