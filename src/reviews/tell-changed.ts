import type { Db } from '../db.js'
import { publishEach } from '../events.js'

/**
 * Whoever watches the review looks at these photos again: in the transaction that changes them, by one statement.
 * @param what a claim changes in whose hand they are, and nothing else: whoever counts the queue need not look
 */
export const tellChanged = (tx: Db, ids: readonly string[], what: 'photo' | 'claim' = 'photo'): Promise<void> =>
  publishEach(
    tx,
    'imageChanged',
    ids.map((id) => ({ id, what })),
  )
