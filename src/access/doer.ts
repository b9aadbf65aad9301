/** On whose behalf something is changed. */
import type { Actor } from './actor.js'

/** How a repetition of a request is known. */
export interface Receipt {
  /** The client's, unique among those of one actor. */
  readonly key: string
  /** SHA-256 of the request, hexadecimal. */
  readonly request: string
  /** Which of the things that the request does. */
  readonly place: string
}

export interface Doer {
  /** `system`: the server by itself. */
  readonly actor: Actor | 'system'
  /** Written together with the change. */
  readonly receipt?: Receipt | undefined
}

export const system: Doer = { actor: 'system' }

/** As it is kept with what was done. */
export function nameOf(actor: Doer['actor']): { id: string; name: string } {
  if (actor === 'system') return { id: 'system', name: 'system' }
  return actor.token ?? { id: 'anybody', name: 'anybody' }
}
