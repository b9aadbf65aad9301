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
  const data = keys.map((key) => ({ key, name: byKey.get(key) ?? key }))
  for (;;) {
    await db.datasetClass.createMany({ data, skipDuplicates: true })
    // Held: nobody takes one away before whoever asks has used it. One that is being taken away is waited for, and made anew.
    const rows = await db.$queryRaw<{ key: string; name: string }[]>`
      SELECT key, name FROM "DatasetClass" WHERE key = ANY(${keys}) ORDER BY key FOR KEY SHARE`
    if (rows.length === keys.length) return new Map(rows.map(({ key, name }) => [key, name]))
  }
}

/**
 * A class that a label alone named, and that no label names any more, is none: a slip that was taken back leaves nothing. One that
 * somebody is just about to use stays.
 * @param names of which labels were taken away in this transaction
 */
export async function dropUnused(tx: Db, names: readonly string[]): Promise<void> {
  const free = await tx.$queryRaw<{ name: string }[]>`
    SELECT name FROM "DatasetClass" WHERE name = ANY(${names}) AND "introducedId" IS NULL ORDER BY key FOR UPDATE SKIP LOCKED`
  if (free.length === 0) return
  await tx.$executeRaw`
    DELETE FROM "DatasetClass" c WHERE name = ANY(${free.map(({ name }) => name)})
      AND NOT EXISTS (SELECT FROM "Image" i WHERE i."assignedLabel" = c.name)
      AND NOT EXISTS (SELECT FROM "VersionEntry" e WHERE e."classLabel" = c.name)`
}

/** @param name checked by `checkedName` @returns the spelling that holds */
export async function ensureClass(db: Db, name: string): Promise<string> {
  const spelling = (await ensureClasses(db, [name])).get(classKey(name))
  if (spelling === undefined) throw new Error(`the class ${name} was neither there nor made`)
  return spelling
}
