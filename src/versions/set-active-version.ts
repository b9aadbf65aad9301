import type { Doer } from '../access/doer.js'
import { keepReceipt } from '../access/receipts.js'
import { leaveTrail } from '../access/trail.js'
import type { Db } from '../db.js'
import type { Hall } from '../hall.js'
import { changingVersions } from './one-at-a-time.js'
import { versionIdOf } from './version-name.js'

/** Makes this the version that the next one is made from. @throws WasteXError NOT_FOUND */
export const setActiveVersion = ({ db }: Pick<Hall, 'db'>, by: Doer, name: string): Promise<void> =>
  changingVersions(db, async (tx) => {
    const id = await versionIdOf(tx, name)
    const before = await activate(tx, id)
    const subject = { type: 'DatasetVersion' as const, id, name }
    const changed = { before: { activeVersion: before }, after: { activeVersion: name } }
    await leaveTrail(tx, by, before === name ? [] : [{ action: 'SET_ACTIVE_VERSION', subject, ...changed }])
    await keepReceipt(tx, by)
  })

/** Within `changingVersions`. In this order: at no moment are two active. @returns name of the one that was active */
export async function activate(tx: Db, id: number): Promise<string | null> {
  const before = await tx.datasetVersion.findFirst({ where: { isActive: true }, select: { name: true } })
  await tx.datasetVersion.updateMany({ where: { isActive: true, id: { not: id } }, data: { isActive: false } })
  await tx.datasetVersion.update({ where: { id }, data: { isActive: true } })
  return before?.name ?? null
}
