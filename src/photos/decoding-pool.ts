/**
 * So many photos are decoded at once, and the others wait: phones first, each client in turn, in queues that have an end. Without
 * it a burst of uploads would take every thread that reads files, and memory for all its pictures.
 */
import { isMainThread } from 'node:worker_threads'
import { WasteXError } from '../errors.js'
import { FairQueue } from '../fair-queue.js'
import { currentRequest } from '../request.js'
import { decodesAtOnce, photoLimits } from './limits.js'

/**
 * Who waits for the photo: a phone whose answer lacks this last step alone; a phone with a new photo; somebody who looks at small
 * copies; or an import or a training, which have time and ask for a few only.
 */
export const lanes = ['answer', 'phone', 'picture', 'house'] as const
export type Lane = (typeof lanes)[number]

interface Limits {
  readonly atOnce: number
  /** Of the lane `phone`. */
  readonly waiting: number
  /** Of the lane `picture`. */
  readonly picturesWaiting: number
  readonly decodeMs: number
}

interface Wanted {
  readonly begin: (ended: (ms: number) => void) => void
  readonly refuse: (error: WasteXError) => void
}

/** Milliseconds that a photo takes, until some were decoded. */
const msAtFirst = 30

export class DecodingPool {
  private busy = 0
  private readonly queues: Readonly<Record<Lane, FairQueue<Wanted>>> = {
    answer: new FairQueue(msAtFirst, 'millisecond'),
    phone: new FairQueue(msAtFirst, 'millisecond'),
    picture: new FairQueue(msAtFirst, 'millisecond'),
    house: new FairQueue(msAtFirst, 'millisecond'),
  }
  /** Pictures and the house take turns: neither can keep the other waiting for ever. */
  private housesTurn = false

  constructor(private readonly limits: Limits) {}

  /** Photos of each lane whose turn has not come. */
  get waiting(): Readonly<Record<Lane, number>> {
    return {
      answer: this.queues.answer.length,
      phone: this.queues.phone.length,
      picture: this.queues.picture.length,
      house: this.queues.house.length,
    }
  }

  /** Milliseconds after which there may be room for another photo from this client's phone; undefined: there is. */
  fullForMs(client: string): number | undefined {
    return this.queues.phone.isFullFor(client, this.limits.waiting) ? this.msUntilEmpty('phone') : undefined
  }

  /**
   * Does it when its turn comes: of those in one lane, that of a client that used little lately (FairQueue). What takes too long is
   * given up; its place is free again when it has really ended.
   * @throws WasteXError OVERLOADED, UNSUPPORTED_IMAGE
   */
  async run<T>(lane: Lane, work: () => Promise<T>): Promise<T> {
    const ended = await this.turnOf(lane, currentRequest()?.client ?? lane)
    const started = performance.now()
    const working = work()
    const over = () => {
      this.busy--
      ended(performance.now() - started)
      this.next()
    }
    working.then(over, over)
    return this.inTime(working)
  }

  private turnOf(lane: Lane, client: string): Promise<(ms: number) => void> {
    const queue = this.queues[lane]
    const { waiting, picturesWaiting } = this.limits
    const most = { phone: waiting, picture: picturesWaiting, answer: Infinity, house: Infinity }[lane]
    if (queue.length >= most && !this.giveWayTo(client, lane)) throw this.overloaded(lane)
    return new Promise((begin, refuse) => {
      queue.push(client, { begin, refuse })
      this.next()
    })
  }

  /** Of this lane, the last photo of the client that has most waiting is refused. @returns whether there was one */
  giveWayTo(client: string, lane: Lane = 'phone'): boolean {
    const refused = this.queues[lane].giveWayTo(client)
    refused?.refuse(this.overloaded(lane))
    return refused !== undefined
  }

  private overloaded(lane: Lane): WasteXError {
    return new WasteXError('OVERLOADED', 'Too many photos are waiting. Try again in a moment.', {
      retryAfterMs: this.msUntilEmpty(lane),
    })
  }

  private msUntilEmpty(lane: Lane): number {
    const { length, msEach } = this.queues[lane]
    return Math.ceil((length * msEach) / this.limits.atOnce)
  }

  private next(): void {
    const { answer, phone, picture, house } = this.queues
    while (this.busy < this.limits.atOnce) {
      const last = this.housesTurn ? [house, picture] : [picture, house]
      const queue = [answer, phone, ...last].find(({ length }) => length > 0)
      const taken = queue?.take()
      if (!taken) return
      if (queue === picture || queue === house) this.housesTurn = queue === picture
      this.busy++
      taken.item.begin(taken.ended)
    }
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
