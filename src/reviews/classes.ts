/** Classes come with the first label or import that names them, and can be removed as long as nothing has their name. */
import { type Doer, tokenIdOf } from '../access/doer.js'
import { keepReceipt } from '../access/receipts.js'
import { leaveTrail } from '../access/trail.js'
import { type Db, isForeignKeyViolation, type PrismaClient } from '../db.js'
import { conflict, notFound, WasteXError } from '../errors.js'
import { checkedName, classKey } from './class-name.js'

export const classLimits = Object.freeze({
  /** Classes that one token introduces in an hour. */
  ofTokenAnHour: 200,
  /** After which it may try again. */
  retryAfterMs: 600_000,
})

/**
 * Makes sure that these classes exist. One that does keeps its spelling; several who introduce the same class at once make
 * one row.
 * @param names checked by `checkedName`
 * @param by whose label names them; undefined: an import, which says itself how many there may be
 * @returns the spelling that holds, for each key (`classKey`)
 * @throws WasteXError OVERLOADED: the token has introduced too many of late
 */
export async function ensureClasses(db: Db, names: readonly string[], by?: Doer): Promise<Map<string, string>> {
  const byKey = new Map<string, string>()
  for (const name of names) if (!byKey.has(classKey(name))) byKey.set(classKey(name), name)
  // In the order of keys: whoever inserts several waits for others in the same order, so nobody waits in a circle.
  const keys = [...byKey.keys()].sort()
  const createdById = by ? tokenIdOf(by.actor) : null
  const { count } = await db.datasetClass.createMany({
    data: keys.map((key) => ({ key, name: byKey.get(key) ?? key, createdById })),
    skipDuplicates: true,
  })
  if (count > 0 && createdById !== null) await refuseTooMany(db, createdById)
  const rows = await db.datasetClass.findMany({ where: { key: { in: keys } }, select: { key: true, name: true } })
  return new Map(rows.map(({ key, name }) => [key, name]))
}

/**
 * What a label calls a class. One that exists is taken as it is: an earlier release may have allowed characters that are refused by now.
 * @throws WasteXError BAD_USER_INPUT
 */
export async function nameOfClass(db: Db, field: string, given: string): Promise<string> {
  try {
    return checkedName(field, given)
  } catch (error) {
    // PostgreSQL takes no text with a zero in it, and none with half a character.
    if (/[\0\p{Cs}]/u.test(given)) throw error
    const found = await db.datasetClass.findUnique({ where: { key: classKey(given.trim()) }, select: { name: true } })
    if (!found) throw error
    return found.name
  }
}

/** @param name checked by `checkedName` @returns the spelling that holds @throws WasteXError OVERLOADED, as of `ensureClasses` */
export async function ensureClass(db: Db, by: Doer, name: string): Promise<string> {
  const spelling = (await ensureClasses(db, [name], by)).get(classKey(name))
  if (spelling === undefined) throw new Error(`the class ${name} was neither there nor made`)
  return spelling
}

/** Those that it has made just now are among them, and are undone with the label. */
async function refuseTooMany(db: Db, createdById: string): Promise<void> {
  const [row] = await db.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM "DatasetClass"
    WHERE "createdById" = ${createdById}::uuid AND "createdAt" > clock_timestamp() - interval '1 hour'`
  if ((row?.count ?? 0) > classLimits.ofTokenAnHour)
    throw new WasteXError(
      'OVERLOADED',
      `One token may introduce ${classLimits.ofTokenAnHour} classes an hour. Choose a class that there is, or try again later.`,
      { retryAfterMs: classLimits.retryAfterMs },
    )
}

/**
 * @returns its name as it was spelled
 * @throws WasteXError NOT_FOUND; CONFLICT while a photo or a version has its name
 */
export async function removeClass(db: PrismaClient, by: Doer, given: string): Promise<string> {
  // Its characters are not checked: an earlier release may have taken some that are refused by now.
  const name = given.normalize('NFC').trim()
  try {
    return await db.$transaction(async (tx) => {
      const found = await tx.datasetClass.findUnique({ where: { key: classKey(name) } })
      if (!found) throw notFound('class', name)
      await tx.datasetClass.delete({ where: { id: found.id } })
      const subject = { type: 'DatasetClass', id: found.id, name: found.name } as const
      await leaveTrail(tx, by, [{ action: 'REMOVE_CLASS', subject }])
      await keepReceipt(tx, by, found.name)
      return found.name
    })
  } catch (error) {
    throw isForeignKeyViolation(error) ? inUse(name) : error
  }
}

const inUse = (name: string) =>
  conflict(
    `The class “${name}” is in use: a photo is labelled with it, or a version contains it. Only unused classes can be removed.`,
  )
