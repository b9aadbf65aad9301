/** Tokens: made, listed, revoked. A secret is shown when it is made and never again; a token is revoked and never deleted. */
import { type AccessToken, databaseTime, type Db, isUniqueViolation, type PrismaClient, type Role } from '../db.js'
import { badInput, conflict, notFound } from '../errors.js'
import { publish } from '../events.js'
import { firstInvisible } from '../invisible.js'
import { type Doer, tokenIdOf } from './doer.js'
import { keepReceipt } from './receipts.js'
import { hashOf, newSecret } from './secret.js'
import { leaveTrail } from './trail.js'

/** Characters. */
export const longestTokenName = 64
const nameShape = /^[\p{L}\p{N}][\p{L}\p{N} ._@-]*$/u

export interface NewToken {
  readonly token: AccessToken
  /** Kept nowhere. */
  readonly secret: string
}

/**
 * From the first one on, nobody comes in without. A repetition of the request is answered without the secret: `{ name }`.
 * @throws WasteXError BAD_USER_INPUT, CONFLICT when a live one has the name
 */
export async function createToken(
  db: PrismaClient,
  by: Doer,
  { name: given, role }: { readonly name: string; readonly role: Role },
): Promise<NewToken> {
  const name = given.trim().normalize('NFC')
  if (!nameShape.test(name) || firstInvisible(name) || [...name].length > longestTokenName) {
    throw badInput(
      'name',
      `A token’s name has 1 to ${longestTokenName} letters, digits, spaces or . _ @ -, and begins with a letter or digit.`,
    )
  }
  const secret = newSecret()
  const createdById = tokenIdOf(by.actor)
  try {
    const token = await db.$transaction(async (tx) => {
      const made = await tx.accessToken.create({ data: { name, role, secretHash: hashOf(secret), createdById } })
      const subject = { type: 'AccessToken', id: made.id, name } as const
      await leaveTrail(tx, by, [{ action: 'CREATE_TOKEN', subject, after: { role } }])
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

/** Its sockets and streams are closed, wherever they are. @throws WasteXError NOT_FOUND when no live one has the name */
export const revokeToken = (db: PrismaClient, by: Doer, name: string): Promise<{ id: string }> =>
  db.$transaction(async (tx) => {
    const [revoked] = await tx.accessToken.updateManyAndReturn({
      where: { name, revokedAt: null },
      data: { revokedAt: await databaseTime(tx) },
    })
    if (!revoked) throw notFound('live token', name)
    const { id, role } = revoked
    await leaveTrail(tx, by, [{ action: 'REVOKE_TOKEN', subject: { type: 'AccessToken', id, name }, before: { role } }])
    await keepReceipt(tx, by, { id })
    await publish(tx, 'tokensChanged', { id })
    return { id }
  })

export const hasLiveAdmin = async (db: Db): Promise<boolean> =>
  (await db.accessToken.findFirst({ where: { role: 'ADMIN', revokedAt: null }, select: { id: true } })) !== null
