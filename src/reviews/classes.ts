import type { Db } from '../db.js'
import { classKey } from './class-name.js'

/**
 * Makes sure that these classes exist. One that does keeps its spelling; several who introduce the same class at once make
 * one row.
 * @param names checked by `checkedName`
 * @returns the spelling that holds, for each key (`classKey`)
 */
export async function ensureClasses(db: Db, names: readonly string[]): Promise<Map<string, string>> {
  const byKey = new Map<string, string>()
  for (const name of names) if (!byKey.has(classKey(name))) byKey.set(classKey(name), name)
  // In the order of keys: whoever inserts several waits for others in the same order, so nobody waits in a circle.
  const keys = [...byKey.keys()].sort()
  await db.datasetClass.createMany({
    data: keys.map((key) => ({ key, name: byKey.get(key) ?? key })),
    skipDuplicates: true,
  })
  const rows = await db.datasetClass.findMany({ where: { key: { in: keys } }, select: { key: true, name: true } })
  return new Map(rows.map(({ key, name }) => [key, name]))
}

/** @param name checked by `checkedName` @returns the spelling that holds */
export async function ensureClass(db: Db, name: string): Promise<string> {
  const spelling = (await ensureClasses(db, [name])).get(classKey(name))
  if (spelling === undefined) throw new Error(`the class ${name} was neither there nor made`)
  return spelling
}
