import { conflict, notFound } from '../errors.js'
import type { Db } from '../db.js'
import { checkedName } from '../reviews/class-name.js'

/** @throws WasteXError BAD_USER_INPUT, CONFLICT when the name is taken */
export async function freeName(db: Db, given: string): Promise<string> {
  const name = checkedName('input.name', given)
  if (await db.datasetVersion.findUnique({ where: { name }, select: { id: true } })) throw nameTaken(name)
  return name
}

export const nameTaken = (name: string) => conflict(`There is a version “${name}” already.`, 'input.name')

/** @throws WasteXError NOT_FOUND */
export async function versionIdOf(db: Db, name: string): Promise<number> {
  const version = await db.datasetVersion.findUnique({ where: { name }, select: { id: true } })
  if (!version) throw notFound('dataset version', name)
  return version.id
}
