import type { Db } from '../db.js'
import { publishEach } from '../events.js'

/** Whoever watches the review looks at these photos again: in the transaction that changes them, by one statement. */
export const tellChanged = (tx: Db, ids: readonly string[]): Promise<void> =>
  publishEach(
    tx,
    'imageChanged',
    ids.map((id) => ({ id })),
  )
