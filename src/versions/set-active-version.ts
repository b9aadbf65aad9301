import type { Db } from '../db.js'
import type { Hall } from '../hall.js'
import { changingVersions } from './one-at-a-time.js'
import { versionIdOf } from './version-name.js'

/** Makes this the version that the next one is made from. @throws WasteXError NOT_FOUND */
export const setActiveVersion = ({ db }: Pick<Hall, 'db'>, name: string): Promise<void> =>
  changingVersions(db, async (tx) => activate(tx, await versionIdOf(tx, name)))

/** Within `changingVersions`. In this order: at no moment are two active. */
export async function activate(tx: Db, id: number): Promise<void> {
  await tx.datasetVersion.updateMany({ where: { isActive: true, id: { not: id } }, data: { isActive: false } })
  await tx.datasetVersion.update({ where: { id }, data: { isActive: true } })
}
