/** Tokens for tests: made as the command makes them. */
import { command } from '../../src/access/doer.js'
import { createToken } from '../../src/access/tokens.js'
import { roles } from '../../src/access/actor.js'
import type { PrismaClient, Role } from '../../src/db.js'

export const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })

/** A token of that name; the headers to send with it. */
export const tokenNamed = async (db: PrismaClient, name: string, role: Role) =>
  bearer((await createToken(db, command, { name, role })).secret)

/** A token of each role, named as the role; the headers to send with it. */
export async function tokenOfEach(db: PrismaClient): Promise<Record<Role, Record<string, string>>> {
  const made: Record<Role, Record<string, string>> = { DEVICE: {}, OPERATOR: {}, TRAINER: {}, ADMIN: {} }
  for (const role of roles) {
    const { secret } = await createToken(db, command, { name: role.toLowerCase(), role })
    made[role] = bearer(secret)
  }
  return made
}
