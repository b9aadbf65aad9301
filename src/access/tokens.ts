/** Tokens: made, listed, revoked. A secret is shown when it is made and never again; a token is revoked and never deleted. */
import { type AccessToken, type Db, isUniqueViolation, type PrismaClient, type Role } from '../db.js'
import { badInput, conflict, notFound } from '../errors.js'
import { publish } from '../events.js'
import { hashOf, newSecret } from './secret.js'

/** Characters. */
export const longestTokenName = 64
const nameShape = /^[\p{L}\p{N}][\p{L}\p{N} ._@-]*$/u

export interface NewToken {
  readonly token: AccessToken
  /** Kept nowhere. */
  readonly secret: string
}

/**
 * From the first one on, nobody comes in without.
 * @param createdById the token of whoever asks; null: the command, or nobody had to sign in yet
 * @throws WasteXError BAD_USER_INPUT, CONFLICT when a live one has the name
 */
export async function createToken(
  db: PrismaClient,
  { name: given, role }: { readonly name: string; readonly role: Role },
  createdById: string | null,
): Promise<NewToken> {
  const name = given.trim().normalize('NFC')
  if (!nameShape.test(name) || [...name].length > longestTokenName) {
    throw badInput(
      'name',
      `A token’s name has 1 to ${longestTokenName} letters, digits, spaces or . _ @ -, and begins with a letter or digit.`,
    )
  }
  const secret = newSecret()
  try {
    const token = await db.$transaction(async (tx) => {
      const made = await tx.accessToken.create({ data: { name, role, secretHash: hashOf(secret), createdById } })
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
export const revokeToken = (db: PrismaClient, name: string): Promise<AccessToken> =>
  db.$transaction(async (tx) => {
    const [revoked] = await tx.accessToken.updateManyAndReturn({
      where: { name, revokedAt: null },
      data: { revokedAt: new Date() },
    })
    if (!revoked) throw notFound('live token', name)
    await publish(tx, 'tokensChanged', { id: revoked.id })
    return revoked
  })

export const hasLiveAdmin = async (db: Db): Promise<boolean> =>
  (await db.accessToken.findFirst({ where: { role: 'ADMIN', revokedAt: null }, select: { id: true } })) !== null
