/**
 * A kept photo is in one of five states, and an operator moves it between the first four:
 * in the queue - reviewed (without a label) - rejected - staged (labelled) - in a version, which is for ever.
 * One that was erased (keeping/erase.ts) stays as it is. What another token has in hand (claims.ts) is that one's to change.
 */
import type { Doer } from '../access/doer.js'
import { keepReceipt } from '../access/receipts.js'
import { type AuditAction, difference, leaveTrail } from '../access/trail.js'
import { type Db, uuidPattern } from '../db.js'
import { conflict, notFound } from '../errors.js'
import { claimedByAnother, refuseClaimed } from './claims.js'
import { tellChanged } from './tell-changed.js'

/** The columns that make up the state of a photo that is in no version. */
export interface ReviewState {
  readonly reviewed: boolean
  readonly rejected: boolean
  readonly staged: boolean
  readonly assignedLabel: string | null
}

interface Found extends ReviewState {
  readonly id: string
  /** Name of the one that the photo is in. */
  readonly version: string | null
  readonly erased: boolean
  readonly claimed: boolean
}

const isErased = () => conflict('The photo was erased: there is nothing left to say of it.')
const inVersion = (version: string) =>
  conflict(`The photo is in the version “${version}”, and a version never changes.`)

/**
 * All of them, or none. Within a transaction: whoever else changes the same photos, or makes a version of them, comes before or
 * after, never between.
 * @throws WasteXError NOT_FOUND, CONFLICT for the first that cannot be changed, or that another token has in hand
 */
export async function changeStates(
  tx: Db,
  by: Doer,
  action: AuditAction,
  ids: readonly string[],
  state: ReviewState,
): Promise<void> {
  const odd = ids.find((id) => !uuidPattern.test(id))
  if (odd !== undefined) throw notFound('photo', odd)
  // Locked in one order, which is that of createVersion too: two who want the same photos cannot wait for each other. The photo as
  // well: who waits for somebody that erases it would else find it as it was before.
  const rows = await tx.$queryRaw<Found[]>`
    SELECT i.id, i.reviewed, i.rejected, i.staged, i."assignedLabel",
      CASE WHEN i."addedToDataset" THEN coalesce(v.name, '') END AS version, p."erasedAt" IS NOT NULL AS erased,
      ${claimedByAnother(by)} AS claimed
    FROM "Image" i JOIN "Photo" p ON p.id = i."photoId" LEFT JOIN "DatasetVersion" v ON v.id = i."versionId"
    WHERE i.id = ANY(${ids}::uuid[]) ORDER BY i.id FOR UPDATE OF i FOR SHARE OF p`
  const found = new Map(rows.map((row) => [row.id, row]))
  for (const id of ids) {
    const row = found.get(id.toLowerCase())
    if (!row) throw notFound('photo', id)
    if (row.version !== null) throw inVersion(row.version)
    if (row.erased) throw isErased()
    if (row.claimed) await refuseClaimed(tx, row.id)
  }
  // What has left the queue is in nobody's hand.
  const data = state.reviewed ? { ...state, claimedUntil: null } : state
  await tx.image.updateMany({ where: { id: { in: [...found.keys()] } }, data })
  const deeds = rows.flatMap((row) => {
    const changed = difference<ReviewState>(row, state)
    return changed ? [{ action, subject: { type: 'Image' as const, id: row.id }, ...changed }] : []
  })
  await leaveTrail(tx, by, deeds)
  await tellChanged(
    tx,
    deeds.map(({ subject }) => subject.id),
  )
  await keepReceipt(tx, by)
}
