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
  /** `system`: the server by itself. `command`: whoever ran a command on the machine itself (`npm run token`, `npm run prune`). */
  readonly actor: Actor | 'system' | 'command'
  /** Written together with the change. */
  readonly receipt?: Receipt | undefined
}

export const system: Doer = { actor: 'system' }
export const command: Doer = { actor: 'command' }

/** As it is kept with what was done. */
export function nameOf(actor: Doer['actor']): { id: string; name: string } {
  if (typeof actor === 'string') return { id: actor, name: actor }
  return actor.token ?? { id: 'anybody', name: 'anybody' }
}

/** null: nobody's token. */
export const tokenIdOf = (actor: Doer['actor']): string | null =>
  typeof actor === 'string' ? null : (actor.token?.id ?? null)
