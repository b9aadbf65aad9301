/**
 * Decisions on their way to the server: one after the other, in the order in which they were made. They are kept with the page, so that
 * neither a lost network nor a reload loses one; while nobody answers they wait.
 */
import type { Line } from '../talk/line.js'
import type { Trouble } from '../talk/trouble.js'
import { type Decision, sendDecision } from './send-decision.js'

export interface Settled {
  readonly decision: Decision
  /** Undefined: it is done. */
  readonly trouble?: Trouble
}

/** What passes: the same decision is sent again. Anything else is an answer. */
const passing = new Set(['OFFLINE', 'OVERLOADED', 'TIMED_OUT', 'UNAUTHENTICATED'])
const longestWaitMs = 10_000
/** Whoever waits longer is told. */
const slowMs = 3_000

export class Outbox {
  readonly #line: Line
  readonly #place: string
  readonly #listeners = new Set<(settled: Settled | undefined) => void>()
  #waiting: readonly Decision[]
  #stalled: Trouble | undefined
  #isSending = false
  #wake = () => {}

  /** @param who whose decisions: nobody sends those that another person left behind */
  constructor(line: Line, who: string) {
    this.#line = line
    this.#place = `wastex.decisions.${who}`
    this.#waiting = JSON.parse(sessionStorage.getItem(this.#place) ?? '[]') as Decision[]
    // Once the line has ended, what waits is for its owner's next one.
    const signal = line.ended
    signal.addEventListener('abort', () => this.#wake())
    addEventListener('online', () => this.#wake(), { signal })
    // A reload finds them again; a tab that is closed does not.
    addEventListener('beforeunload', (event) => this.waiting > 0 && event.preventDefault(), { signal })
    void this.#send()
  }

  /** What the server has not answered yet. */
  get decisions(): readonly Decision[] {
    return this.#waiting
  }
  get waiting(): number {
    return this.#waiting.length
  }
  get photos(): number {
    return this.#waiting.reduce((photos, { ids }) => photos + ids.length, 0)
  }
  /** Why they wait. */
  get stalled(): Trouble | undefined {
    return this.#stalled
  }
  /** Whether a decision about this photo is on its way. */
  has(id: string): boolean {
    return this.#waiting.some(({ ids }) => ids.includes(id))
  }

  add(decisions: readonly Decision[]): void {
    this.#keep([...this.#waiting, ...decisions])
    void this.#send()
  }

  /** @param listener told when a decision is settled, and without one when something else has changed @returns ends it */
  listen(listener: (settled: Settled | undefined) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #keep(waiting: readonly Decision[]): void {
    this.#waiting = waiting
    sessionStorage.setItem(this.#place, JSON.stringify(waiting))
  }
  #tell(settled?: Settled): void {
    for (const listener of this.#listeners) listener(settled)
  }

  async #send(): Promise<void> {
    if (this.#isSending) return
    this.#isSending = true
    const { sender, ended } = this.#line
    for (let tries = 0, decision = this.#waiting[0]; decision && !ended.aborted; decision = this.#waiting[0]) {
      const slow = setTimeout(() => this.#stall({ code: 'OFFLINE', message: 'There is no answer yet.' }), slowMs)
      const trouble = await sendDecision(sender, decision)
      clearTimeout(slow)
      if (ended.aborted) return
      if (trouble && passing.has(trouble.code)) {
        this.#stall(trouble)
        await this.#pause(Math.min(longestWaitMs, 500 * 2 ** tries++))
        continue
      }
      tries = 0
      this.#stalled = undefined
      this.#keep(this.#waiting.slice(1))
      this.#tell({ decision, ...(trouble && { trouble }) })
    }
    this.#isSending = false
  }

  #stall(trouble: Trouble): void {
    this.#stalled = trouble
    this.#tell()
  }

  /** Until then, or until the browser says that the network is back. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
      setTimeout(resolve, ms)
    })
  }
}

const outboxes = new WeakMap<Line, Outbox>()

/** One for each line: it goes on sending when another screen is looked at. */
export function outboxOf(line: Line, who: string): Outbox {
  const outbox = outboxes.get(line) ?? new Outbox(line, who)
  outboxes.set(line, outbox)
  return outbox
}
