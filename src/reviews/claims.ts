/**
 * Who has which photos of the queue in hand, so that two operators never look at the same one. A claim is a token's at one of its
 * desks (the tabs of a browser), and a lease: a desk that is left, or dies, holds nothing for long, and nobody has to tidy up.
 */
import { type Doer, tokenIdOf } from '../access/doer.js'
import { keepReceipt } from '../access/receipts.js'
import { type Db, Prisma } from '../db.js'
import { badInput, conflict, WasteXError } from '../errors.js'
import type { Hall } from '../hall.js'
import { type PhotoFilter, sqlOf } from './photo-filter.js'
import { tellChanged } from './tell-changed.js'

export const claimLimits = Object.freeze({
  /** How long a claim is good for, from when it was last asked for. */
  leaseMs: 120_000,
  /** Photos that one token has in hand at once, at all its desks. */
  ofToken: 1_000,
  /** Photos that `claimNext` gives at once. */
  next: 50,
  /** Characters of a desk. */
  desk: 64,
})

/** An order of photos, the last column being unique. Names are those of columns. */
export type PhotoOrder = readonly {
  readonly name: string
  readonly direction: 'asc' | 'desc'
  /** Rows without a value come last. */
  readonly nullable: boolean
}[]

interface Desk {
  readonly tokenId: string | null
  readonly name: string
}

const wellFormed = new RegExp(`^[\\x21-\\x7e]{1,${claimLimits.desk}}$`)

/** @throws WasteXError BAD_USER_INPUT */
function deskOf({ actor }: Doer, name: string): Desk {
  if (!wellFormed.test(name))
    throw badInput('desk', `A desk has 1 to ${claimLimits.desk} visible ASCII characters: a random UUID is a good one.`)
  return { tokenId: tokenIdOf(actor), name }
}

// By the clock of the database, where the transaction began: all servers have that one, and a lease does not end halfway through.
const inHand = Prisma.sql`"claimedUntil" > now()`
const at = ({ tokenId, name }: Desk) =>
  Prisma.sql`(${inHand} AND "claimedById" IS NOT DISTINCT FROM ${tokenId}::uuid AND "claimedDesk" = ${name})`

/**
 * The first photos of the queue: those that the desk has already, whose lease begins anew, and then those that nobody has. What
 * another transaction has locked is passed over: of two desks that ask at once, each gets others, and neither waits.
 * @returns ids, in that order; fewer where the token has as many in hand as it may
 * @throws WasteXError BAD_USER_INPUT; OVERLOADED when there is none for that reason
 */
export async function claimNext(
  { db }: Pick<Hall, 'db'>,
  by: Doer,
  deskName: string,
  { first, filter, order }: { readonly first: number; readonly filter: PhotoFilter; readonly order: PhotoOrder },
): Promise<string[]> {
  const desk = deskOf(by, deskName)
  if (first < 0) throw badInput('first', '`first` must not be negative.')
  const columns = order.map(({ name, direction, nullable }) =>
    Prisma.raw(`"${name}" ${direction}${nullable ? ' NULLS LAST' : ''}`),
  )
  return db.$transaction(async (tx) => {
    const pick = async (whose: Prisma.Sql, count: number) =>
      tx.$queryRaw<{ id: string }[]>`
        SELECT id FROM "Image" WHERE NOT reviewed AND ${whose} AND ${sqlOf(filter)}
        ORDER BY ${Prisma.join(columns)} LIMIT ${count} FOR UPDATE SKIP LOCKED`
    const wanted = Math.min(first, claimLimits.next)
    const mayTake = await leftOf(tx, desk)
    const had = await pick(at(desk), wanted)
    const more = Math.min(wanted - had.length, mayTake)
    if (had.length === 0 && wanted > 0 && mayTake === 0) throw tooManyInHand()
    const free = await pick(Prisma.sql`(${inHand}) IS NOT TRUE`, more)
    const ids = [...had, ...free].map(({ id }) => id)
    return lease(tx, by, desk, ids)
  })
}

/**
 * These photos, as far as they are in the queue and in nobody else's hand. A row that is locked is waited for: what is asked for by
 * name is not left out because somebody looks at it.
 * @returns ids of those, in the order of `ids`
 * @throws WasteXError BAD_USER_INPUT; OVERLOADED when the token would have more in hand than it may: none of them is claimed
 */
export async function claim(
  { db }: Pick<Hall, 'db'>,
  by: Doer,
  deskName: string,
  ids: readonly string[],
): Promise<string[]> {
  const desk = deskOf(by, deskName)
  return db.$transaction(async (tx) => {
    const mayTake = await leftOf(tx, desk)
    const rows = await tx.$queryRaw<{ id: string; had: boolean }[]>`
      SELECT id, ${at(desk)} IS TRUE AS had FROM "Image"
      WHERE id = ANY(${ids}::uuid[]) AND NOT reviewed AND ((${inHand}) IS NOT TRUE OR ${at(desk)}) ORDER BY id FOR UPDATE`
    if (rows.filter(({ had }) => !had).length > mayTake) throw tooManyInHand()
    const free = new Set(rows.map(({ id }) => id))
    return lease(
      tx,
      by,
      desk,
      ids.filter((id) => free.has(id)),
    )
  })
}

/** How many more this token may claim. One claim of a token after another, from here on: two at once would both have room. */
async function leftOf(tx: Db, { tokenId }: Desk): Promise<number> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`claims of ${tokenId}`}, 0))`
  const [row] = await tx.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM "Image" WHERE ${inHand} AND "claimedById" IS NOT DISTINCT FROM ${tokenId}::uuid`
  return Math.max(0, claimLimits.ofToken - (row?.count ?? 0))
}

const tooManyInHand = () =>
  new WasteXError(
    'OVERLOADED',
    `One token can claim at most ${claimLimits.ofToken.toLocaleString('en')} photos at once, at all its desks together. Release some (\`release\`), or wait until the claims end.`,
    { retryAfterMs: claimLimits.leaseMs },
  )

/** Rows that are locked. A lease that begins anew is told, too: whoever watches knows how long it is good for. */
async function lease(tx: Db, by: Doer, { tokenId, name }: Desk, ids: string[]): Promise<string[]> {
  await tx.$executeRaw`
    UPDATE "Image" SET "claimedById" = ${tokenId}::uuid, "claimedDesk" = ${name},
      "claimedUntil" = now() + ${claimLimits.leaseMs}::int * interval '1 millisecond' WHERE id = ANY(${ids}::uuid[])`
  await tellChanged(tx, ids, 'claim')
  await keepReceipt(tx, by, ids)
  return ids
}

/**
 * @param ids left out: all that the desk has
 * @returns how many were let go
 * @throws WasteXError BAD_USER_INPUT
 */
export async function release(
  { db }: Pick<Hall, 'db'>,
  by: Doer,
  deskName: string,
  ids?: readonly string[],
): Promise<number> {
  const desk = deskOf(by, deskName)
  const which = ids ? Prisma.sql`id = ANY(${ids}::uuid[])` : Prisma.sql`true`
  return db.$transaction(async (tx) => {
    const rows = await tx.$queryRaw<{ id: string }[]>`
      UPDATE "Image" SET "claimedUntil" = NULL
      WHERE id IN (SELECT id FROM "Image" WHERE ${at(desk)} AND ${which} ORDER BY id FOR UPDATE) RETURNING id`
    await tellChanged(
      tx,
      rows.map(({ id }) => id),
      'claim',
    )
    await keepReceipt(tx, by, rows.length)
    return rows.length
  })
}

/**
 * Lets photos go, whoever has them in hand.
 * @param which photos by their ids, or all of a token
 * @returns how many were let go
 */
export async function endClaims(tx: Db, which: { readonly ids: readonly string[] } | { readonly tokenId: string }) {
  const chosen =
    'ids' in which ? Prisma.sql`id = ANY(${which.ids}::uuid[])` : Prisma.sql`"claimedById" = ${which.tokenId}::uuid`
  const rows = await tx.$queryRaw<{ id: string }[]>`
    UPDATE "Image" SET "claimedUntil" = NULL
    WHERE id IN (SELECT id FROM "Image" WHERE ${inHand} AND ${chosen} ORDER BY id FOR UPDATE) RETURNING id`
  await tellChanged(
    tx,
    rows.map(({ id }) => id),
    'claim',
  )
  return rows.length
}

/** For admins. @returns how many were in somebody’s hand */
export const releaseAnybodys = ({ db }: Pick<Hall, 'db'>, by: Doer, ids: readonly string[]): Promise<number> =>
  db.$transaction(async (tx) => {
    const count = await endClaims(tx, { ids })
    await keepReceipt(tx, by, count)
    return count
  })

/**
 * Of a row of "Image": whether another token has it in hand, and may keep this one from it. A claim of somebody who did not sign in
 * hinders nobody, and none an admin: whoever left a photo in hand must not keep it from the one who is to set things right.
 */
export const claimedByAnother = ({ actor }: Doer): Prisma.Sql =>
  typeof actor !== 'string' && actor.role === 'ADMIN'
    ? Prisma.sql`false`
    : Prisma.sql`(${inHand} AND "claimedById" <> ${tokenIdOf(actor)}::uuid) IS TRUE`

/** @throws WasteXError CONFLICT, which says who has it and until when */
export async function refuseClaimed(tx: Db, id: string): Promise<never> {
  const { claimedBy, claimedUntil } = await tx.image.findUniqueOrThrow({
    where: { id },
    select: { claimedUntil: true, claimedBy: { select: { name: true } } },
  })
  throw conflict(`${claimedBy?.name} has it in hand until ${claimedUntil?.toISOString().slice(11, 19)} UTC.`)
}
