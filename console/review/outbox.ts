/**
 * Decisions on their way to the server: one after the other, in the order in which they were made. They are kept with the page, so that
 * neither a lost network nor a reload loses one; while nobody answers they wait.
 */
import type { Client } from 'urql'
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

export class Outbox {
  readonly #client: Client
  readonly #place: string
  readonly #listeners = new Set<(settled: Settled | undefined) => void>()
  #waiting: readonly Decision[]
  #stalled: Trouble | undefined
  #isSending = false
  #wake = () => {}

  /** @param who whose decisions: nobody sends those that another person left behind */
  constructor(client: Client, who: string) {
    this.#client = client
    this.#place = `wastex.decisions.${who}`
    this.#waiting = JSON.parse(sessionStorage.getItem(this.#place) ?? '[]') as Decision[]
    addEventListener('online', () => this.#wake())
    // A reload finds them again; a tab that is closed does not.
    addEventListener('beforeunload', (event) => {
      if (this.waiting > 0) event.preventDefault()
    })
    void this.#send()
  }

  /** Decisions that the server has not answered yet. */
  get waiting(): number {
    return this.#waiting.length
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
    for (let tries = 0, decision = this.#waiting[0]; decision; decision = this.#waiting[0]) {
      const trouble = await sendDecision(this.#client, decision)
      this.#stalled = trouble && passing.has(trouble.code) ? trouble : undefined
      if (this.#stalled) {
        this.#tell()
        await this.#pause(Math.min(longestWaitMs, 500 * 2 ** tries++))
        continue
      }
      tries = 0
      this.#keep(this.#waiting.slice(1))
      this.#tell({ decision, ...(trouble && { trouble }) })
    }
    this.#isSending = false
  }

  /** Until then, or until the browser says that the network is back. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
      setTimeout(resolve, ms)
    })
  }
}

const outboxes = new WeakMap<Client, Outbox>()

/** One for each client: it goes on sending when another screen is looked at. */
export function outboxOf(client: Client, who: string): Outbox {
  const outbox = outboxes.get(client) ?? new Outbox(client, who)
  outboxes.set(client, outbox)
  return outbox
}
