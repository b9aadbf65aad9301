/**
 * A kept photo is in one of five states, and an operator moves it between the first four:
 * in the queue - reviewed (without a label) - rejected - staged (labelled) - in a version, which is for ever.
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
  const { count } = await db.image.updateMany({ where: { id, addedToDataset: false }, data: state })
  if (count === 0) throw await reasonAgainst(db, id)
}

async function reasonAgainst(db: Db, id: string): Promise<Error> {
  const image = await db.image.findUnique({ where: { id }, select: { datasetVersion: { select: { name: true } } } })
  return image ? inVersion(image.datasetVersion?.name) : notFound('photo', id)
}

const inVersion = (version = '') => conflict(`The photo is in the version “${version}”, and a version never changes.`)

/**
 * All of them, or none. Within a transaction.
 * @throws WasteXError NOT_FOUND, CONFLICT for the first that cannot be changed
 */
export async function changeStates(db: Db, ids: readonly string[], state: ReviewState): Promise<void> {
  const odd = ids.find((id) => !uuidPattern.test(id))
  if (odd !== undefined) throw notFound('photo', odd)
  // Locked in one order, which is that of createVersion too: two who want the same photos cannot wait for each other.
  const rows = await db.$queryRaw<{ id: string; version: string | null }[]>`
    SELECT i.id, CASE WHEN i."addedToDataset" THEN coalesce(v.name, '') END AS version
    FROM "Image" i LEFT JOIN "DatasetVersion" v ON v.id = i."versionId"
    WHERE i.id = ANY(${ids}::uuid[]) ORDER BY i.id FOR UPDATE OF i`
  const found = new Map(rows.map(({ id, version }) => [id, version]))
  for (const id of ids) {
    const version = found.get(id.toLowerCase())
    if (version === undefined) throw notFound('photo', id)
    if (version !== null) throw inVersion(version)
  }
  await db.image.updateMany({ where: { id: { in: [...found.keys()] } }, data: state })
}
