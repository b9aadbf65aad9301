/** Tokens: made, listed, revoked. A secret is shown when it is made and never again; a token is revoked and never deleted. */
import {
  type AccessToken,
  databaseTime,
  type Db,
  isUniqueViolation,
  Prisma,
  type PrismaClient,
  type Role,
} from '../db.js'
import { badInput, conflict, notFound } from '../errors.js'
import { publish } from '../events.js'
import { firstInvisible } from '../invisible.js'
import { type Doer, tokenIdOf } from './doer.js'
import { keepReceipt } from './receipts.js'
import { hashOf, newSecret } from './secret.js'
import { leaveTrail } from './trail.js'

/** Characters. */
export const longestTokenName = 64
/** Days for which a token can be made. */
export const mostTokenDays = 3_650
/** Days before its end from which on it is announced. */
export const announcedDays = 7
const msPerDay = 86_400_000
const nameShape = /^[\p{L}\p{N}][\p{L}\p{N} ._@-]*$/u

/** Of a row of "AccessToken", by the database's clock. */
export const isGood = Prisma.sql`("revokedAt" IS NULL AND ("expiresAt" > now() OR "expiresAt" IS NULL))`

export interface NewToken {
  readonly token: AccessToken
  /** Kept nowhere. */
  readonly secret: string
}

/**
 * From the first one on, nobody comes in without. A repetition of the request is answered without the secret: `{ name }`.
 * @param token `days`: how long it is good; left out: until it is revoked
 * @throws WasteXError BAD_USER_INPUT, CONFLICT when a live one has the name
 */
export async function createToken(
  db: PrismaClient,
  by: Doer,
  {
    name: given,
    role,
    days,
  }: { readonly name: string; readonly role: Role; readonly days?: number | null | undefined },
): Promise<NewToken> {
  const name = given.trim().normalize('NFC')
  if (!nameShape.test(name) || firstInvisible(name) || [...name].length > longestTokenName) {
    throw badInput(
      'name',
      `A token’s name has 1 to ${longestTokenName} letters, digits, spaces or . _ @ -, and begins with a letter or digit.`,
    )
  }
  if (days != null && !(Number.isInteger(days) && days >= 1 && days <= mostTokenDays))
    throw badInput('days', `A token is good for 1 to ${mostTokenDays} whole days, or, left out, until it is revoked.`)
  const secret = newSecret()
  const createdById = tokenIdOf(by.actor)
  try {
    const token = await db.$transaction(async (tx) => {
      // A name is free again when its token has come to its end.
      await tx.$executeRaw`UPDATE "AccessToken" SET "revokedAt" = "expiresAt" WHERE name = ${name} AND "expiresAt" <= now()`
      const expiresAt = days == null ? null : new Date((await databaseTime(tx)).getTime() + days * msPerDay)
      const data = { name, role, secretHash: hashOf(secret), createdById, expiresAt }
      const made = await tx.accessToken.create({ data })
      const subject = { type: 'AccessToken', id: made.id, name } as const
      await leaveTrail(tx, by, [
        { action: 'CREATE_TOKEN', subject, after: { role, ...(expiresAt && { expiresAt: expiresAt.toISOString() }) } },
      ])
      await keepReceipt(tx, by, { name })
      await publish(tx, 'tokensChanged', { id: made.id })
      return made
    })
    return { token, secret }
  } catch (error) {
    if (isUniqueViolation(error)) throw conflict(`There is a token “${name}” already: revoke it, or take another name.`)
    throw error
  }
}

/**
 * Its sockets and streams are closed, wherever they are.
 * @param andWith ends what it has elsewhere, in the same transaction
 * @throws WasteXError NOT_FOUND when no live one has the name
 */
export const revokeToken = (
  db: PrismaClient,
  by: Doer,
  name: string,
  andWith: (tx: Db, tokenId: string) => Promise<unknown>,
): Promise<{ id: string }> =>
  db.$transaction(async (tx) => {
    const [revoked] = await tx.accessToken.updateManyAndReturn({
      where: { name, revokedAt: null },
      data: { revokedAt: await databaseTime(tx) },
    })
    if (!revoked) throw notFound('live token', name)
    const { id, role } = revoked
    await andWith(tx, id)
    await leaveTrail(tx, by, [{ action: 'REVOKE_TOKEN', subject: { type: 'AccessToken', id, name }, before: { role } }])
    await keepReceipt(tx, by, { id })
    await publish(tx, 'tokensChanged', { id })
    return { id }
  })

export const hasLiveAdmin = async (db: Db): Promise<boolean> => {
  const [found] = await db.$queryRaw<unknown[]>`
    SELECT 1 FROM "AccessToken" WHERE role = 'ADMIN' AND ${isGood} LIMIT 1`
  return found !== undefined
}

/** Tokens whose end is near, the nearest first. */
export const endingTokens = (db: Db): Promise<{ name: string; expiresAt: Date }[]> =>
  db.$queryRaw`
    SELECT name, "expiresAt" FROM "AccessToken"
    WHERE ${isGood} AND "expiresAt" < now() + ${announcedDays}::int * interval '1 day'
    ORDER BY "expiresAt"`
