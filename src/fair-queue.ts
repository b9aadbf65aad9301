/**
 * A queue in which a client that sends much cannot keep the others waiting: start-time fair queueing (P. Goyal, H. M. Vin and H. Cheng,
 * “Start-time fair queueing”, SIGCOMM 1996). Time is counted in calls, or in milliseconds of work. Each call has a start: where its client's
 * last call ended, or the queue's own time if that is later; the call with the earliest start goes first. So of clients that have
 * always something waiting each gets the same, and a call of one that used little lately goes before those of the others.
 *
 * One thing is added. Somebody who sends one photo after another, and never two at once, asks for more than an equal share when dozens
 * send as fast as they can, and would wait as long as all of them. Three of four turns therefore go to calls whose client has nothing
 * else waiting or in work; the fourth goes by starts alone, which hands back whatever the other three took.
 */

/** Of so many turns one goes by starts alone. */
const turns = 4
/** How far single calls may carry their client ahead of the queue's own time, in calls: what it is behind for afterwards. */
const mostAhead = 16

interface Call<T> {
  readonly item: T
  /** The queue's own time when it came. */
  readonly came: number
  /** Its place among all that ever came. */
  readonly number: number
}

interface Flow<T> {
  readonly waiting: Call<T>[]
  inWork: number
  /** Where its last call ended, in the queue's own time. */
  end: number
}

export interface Taken<T> {
  readonly item: T
  /** Whether its client has nothing else here, while others have more than one waiting. */
  readonly isSingle: boolean
  /** To be called once, when the work has ended, with the milliseconds it took. */
  readonly ended: (ms: number) => void
}

export class FairQueue<T> {
  private readonly flows = new Map<string, Flow<T>>()
  private now = 0
  private turn = 0
  private waiting = 0
  private pushed = 0

  /**
   * @param ms what a call takes about, while it is not known better
   * @param unit calls where each takes about the same: then those of equals are done in the order in which they came
   */
  constructor(
    private ms: number,
    private readonly unit: 'call' | 'millisecond',
  ) {}

  get length(): number {
    return this.waiting
  }

  /** Milliseconds a call takes, as those of late did. */
  get msEach(): number {
    return this.ms
  }

  push(client: string, item: T): void {
    const flow: Flow<T> = this.flows.get(client) ?? { waiting: [], inWork: 0, end: 0 }
    this.flows.set(client, flow)
    flow.waiting.push({ item, came: this.now, number: this.pushed++ })
    this.waiting++
  }

  /** The next one, and it counts as in work. */
  take(): Taken<T> | undefined {
    if (this.waiting === 0) return undefined
    const flows = [...this.flows.values()].filter(({ waiting }) => waiting.length > 0)
    const single = flows.filter(({ waiting, inWork }) => waiting.length === 1 && inWork === 0)
    this.turn = (this.turn + 1) % turns
    const first = earliest(flows)
    const flow = this.turn === 0 || single.length === 0 ? first : earliest(single)
    const call = flow.waiting.shift() as Call<T>
    this.waiting--
    this.now = Math.max(this.now, startOf(first, flow === first ? call : first.waiting[0]))
    const expected = this.unit === 'call' ? 1 : this.ms
    flow.end = Math.min(startOf(flow, call), this.now + mostAhead * expected) + expected
    flow.inWork++
    return {
      item: call.item,
      isSingle: single.includes(flow) && single.length < flows.length,
      ended: (ms) => {
        this.ms = 0.9 * this.ms + 0.1 * ms
        if (this.unit === 'millisecond') flow.end += ms - expected
        flow.inWork--
        this.forget()
      },
    }
  }

  /** Those of this client that have not been taken. */
  waitingOf(client: string): number {
    return this.flows.get(client)?.waiting.length ?? 0
  }

  /** Whether a further call of this client would have to make room first, when so many may wait, and nobody has more waiting than it. */
  isFullFor(client: string, most: number): boolean {
    return this.waiting >= most && !this.mostWaiting(this.waitingOf(client) + 1)
  }

  /**
   * Makes room for a call of this client: the client with the most calls gives its last one.
   * @returns what was given; undefined: nobody has more waiting than this client would
   */
  giveWayTo(client: string): T | undefined {
    const call = this.mostWaiting(this.waitingOf(client) + 1)?.waiting.pop()
    if (call) this.waiting--
    return call?.item
  }

  private mostWaiting(than: number): Flow<T> | undefined {
    let most: Flow<T> | undefined
    for (const flow of this.flows.values()) if (flow.waiting.length > (most?.waiting.length ?? than)) most = flow
    return most
  }

  /** A client that is behind for nothing is as good as a new one; when all rests, everybody is. */
  private forget(): void {
    const flows = [...this.flows]
    const rests = this.waiting === 0 && flows.every(([, { inWork }]) => inWork === 0)
    for (const [client, { waiting, inWork, end }] of flows)
      if (waiting.length === 0 && inWork === 0 && (rests || end <= this.now)) this.flows.delete(client)
  }
}

const startOf = <T>({ end }: Flow<T>, call: Call<T> | undefined): number => Math.max(end, call?.came ?? 0)

/** Of two with the same start, the one whose last call ended earlier, then the one that came earlier. @param flows one at least, each with something waiting */
function earliest<T>(flows: readonly Flow<T>[]): Flow<T> {
  return flows.reduce((first, flow) => {
    const [a, b] = [flow.waiting[0], first.waiting[0]]
    const ahead = startOf(flow, a) - startOf(first, b) || flow.end - first.end || (a?.number ?? 0) - (b?.number ?? 0)
    return ahead < 0 ? flow : first
  })
}
