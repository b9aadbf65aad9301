import { anybody } from '../../src/access/actor.js'
import type { Doer } from '../../src/access/doer.js'

/** Whoever asks a server that knows nobody. */
export const by: Doer = { actor: anybody }
