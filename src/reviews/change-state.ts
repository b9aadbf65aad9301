/**
 * A kept photo is in one of five states, and an operator moves it between the first four:
 * in the queue - reviewed (without a label) - rejected - staged (labelled) - in a version, which is for ever.
 * One that was erased (keeping/erase.ts) stays as it is.
 */
import { conflict, notFound } from '../errors.js'
import { type Db, uuidPattern } from '../db.js'

/** The columns that make up the state of a photo that is in no version. */
export interface ReviewState {
  readonly reviewed: boolean
  readonly rejected: boolean
  readonly staged: boolean
  readonly assignedLabel: string | null
}

/**
 * One statement: whoever else changes the same photo, or makes a version of it, comes before or after, never between.
 * @throws WasteXError NOT_FOUND, CONFLICT
 */
export async function changeState(db: Db, id: string, state: ReviewState): Promise<void> {
  if (!uuidPattern.test(id)) throw notFound('photo', id)
  const { count } = await db.image.updateMany({
    where: { id, addedToDataset: false, photo: { erasedAt: null } },
    data: state,
  })
  if (count === 0) throw await reasonAgainst(db, id)
}

async function reasonAgainst(db: Db, id: string): Promise<Error> {
  const select = { addedToDataset: true, datasetVersion: { select: { name: true } } }
  const image = await db.image.findUnique({ where: { id }, select })
  if (!image) return notFound('photo', id)
  return image.addedToDataset ? inVersion(image.datasetVersion?.name) : isErased()
}

const isErased = () => conflict('The photo was erased: there is nothing left to say of it.')
const inVersion = (version = '') => conflict(`The photo is in the version “${version}”, and a version never changes.`)

/**
 * All of them, or none. Within a transaction.
 * @throws WasteXError NOT_FOUND, CONFLICT for the first that cannot be changed
 */
export async function changeStates(db: Db, ids: readonly string[], state: ReviewState): Promise<void> {
  const odd = ids.find((id) => !uuidPattern.test(id))
  if (odd !== undefined) throw notFound('photo', odd)
  // Locked in one order, which is that of createVersion too: two who want the same photos cannot wait for each other.
  const rows = await db.$queryRaw<{ id: string; version: string | null; erased: boolean }[]>`
    SELECT i.id, CASE WHEN i."addedToDataset" THEN coalesce(v.name, '') END AS version,
      p."erasedAt" IS NOT NULL AS erased
    FROM "Image" i JOIN "Photo" p ON p.id = i."photoId" LEFT JOIN "DatasetVersion" v ON v.id = i."versionId"
    WHERE i.id = ANY(${ids}::uuid[]) ORDER BY i.id FOR UPDATE OF i`
  const found = new Map(rows.map((row) => [row.id, row]))
  for (const id of ids) {
    const row = found.get(id.toLowerCase())
    if (!row) throw notFound('photo', id)
    if (row.version !== null) throw inVersion(row.version)
    if (row.erased) throw isErased()
  }
  await db.image.updateMany({ where: { id: { in: [...found.keys()] } }, data: state })
}
