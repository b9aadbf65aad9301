/** A decision as the API takes it. */
import type { Client } from 'urql'
import {
  LabelPhotoDocument,
  LabelPhotosDocument,
  RejectPhotoDocument,
  UnlabelPhotoDocument,
} from '../generated/graphql.js'
import { fetchWithin, headers } from '../talk/client.js'
import { type Trouble, troubleOf } from '../talk/trouble.js'

/** A mutation's locks end before (docs/limits.md). */
const answerMs = 60_000

export type Verb = 'LABEL' | 'REJECT' | 'UNLABEL'

export interface Decision {
  /** Sent again under the same key, it does nothing twice. */
  readonly key: string
  readonly verb: Verb
  /** Several for a LABEL alone, at most `mostAtOnce`. */
  readonly ids: readonly string[]
  readonly classLabel: string
}

/** Photos that one `labelMany` or `claim` takes (docs/limits.md). */
export const mostAtOnce = 500

/** @returns what went wrong */
export async function sendDecision(client: Client, decision: Decision): Promise<Trouble | undefined> {
  const { key, verb, ids, classLabel } = decision
  const [id = ''] = ids
  const context = { fetchOptions: { headers: { ...headers, 'idempotency-key': key } }, fetch: fetchWithin(answerMs) }
  const ask = () => {
    if (verb === 'REJECT') return client.mutation(RejectPhotoDocument, { id }, context)
    if (verb === 'UNLABEL') return client.mutation(UnlabelPhotoDocument, { id }, context)
    if (ids.length === 1) return client.mutation(LabelPhotoDocument, { id, classLabel }, context)
    return client.mutation(LabelPhotosDocument, { ids: [...ids], classLabel }, context)
  }
  const { error } = await ask().toPromise()
  return troubleOf(error)
}
