/**
 * Decisions on their way to the server: one after the other, in the order in which they were made. They are kept with the page, so that
 * neither a lost network nor a reload loses one; while nobody answers they wait.
 */
import { useMemo } from 'react'
import { backOrAfter, mayPass } from '../talk/again.js'
import { type Line, useLine } from '../talk/line.js'
import type { Trouble } from '../talk/trouble.js'
import { useWho } from '../talk/who.js'
import { type Decision, sendDecision } from './send-decision.js'

export interface Settled {
  readonly decision: Decision
  /** Undefined: it is done. */
  readonly trouble?: Trouble
}
export interface Refusal {
  readonly decision: Decision
  readonly trouble: Trouble
}

const longestWaitMs = 10_000
/** Whoever waits longer is told. */
const slowMs = 3_000

export class Outbox {
  readonly #line: Line
  readonly #place: string
  readonly #listeners = new Set<(settled: Settled | undefined) => void>()
  #waiting: readonly Decision[]
  #stalled: Trouble | undefined
  #refusals: readonly Refusal[] = []
  #isSending = false

  /** @param who whose decisions: nobody sends those that another person left behind */
  constructor(line: Line, who: string) {
    this.#line = line
    this.#place = `wastex.decisions.${who}`
    this.#waiting = JSON.parse(sessionStorage.getItem(this.#place) ?? '[]') as Decision[]
    // A reload finds them again; a tab that is closed does not.
    const { ended: signal } = line
    addEventListener('beforeunload', (event) => this.waiting > 0 && event.preventDefault(), { signal })
  }

  /** Sends what waits, one after the other. Once the line has ended, the rest is for its owner's next one. */
  go(): void {
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
  /** What the server would not do, until somebody has read it: on whatever screen that is. */
  get refusals(): readonly Refusal[] {
    return this.#refusals
  }
  forgetRefusals(): void {
    this.#refusals = []
    this.#tell()
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
      if (trouble && mayPass(trouble)) {
        this.#stall(trouble)
        await backOrAfter(Math.min(longestWaitMs, 500 * 2 ** tries++), ended)
        continue
      }
      tries = 0
      this.#stalled = undefined
      this.#keep(this.#waiting.slice(1))
      if (trouble) this.#refusals = [...this.#refusals, { decision, trouble }]
      this.#tell({ decision, ...(trouble && { trouble }) })
    }
    this.#isSending = false
  }

  #stall(trouble: Trouble): void {
    this.#stalled = trouble
    this.#tell()
  }
}

const outboxes = new WeakMap<Line, Outbox>()

/** One for each line: it goes on sending when another screen is looked at. */
export function useOutbox(): Outbox {
  const line = useLine()
  const { name } = useWho()
  return useMemo(() => {
    const outbox = outboxes.get(line) ?? new Outbox(line, name ?? 'anybody')
    outboxes.set(line, outbox)
    return outbox
  }, [line, name])
}
