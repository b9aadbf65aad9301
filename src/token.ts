/**
 * `npm run token`: makes, lists and revokes tokens in the database, whether or not a server runs; one that runs is told. The
 * answer goes to standard output, everything else to standard error.
 */
import { roles } from './access/actor.js'
import { command as byCommand } from './access/doer.js'
import { createToken, revokeToken } from './access/tokens.js'
import { readConfig } from './config.js'
import { useDatabase } from './database/use.js'
import { connect, type PrismaClient } from './db.js'
import { messageOf } from './errors.js'
import { ownFilesOnly } from './own-folders.js'
import { endClaims } from './reviews/claims.js'

export interface TokenCommand {
  readonly what: 'create' | 'list' | 'revoke'
  /** For `create` and `revoke`. */
  readonly name?: string
  /** For `create`, in any case of letters. */
  readonly role?: string
  /** For `create`: how many it is good for; left out: until it is revoked. */
  readonly days?: number
}

async function run(db: PrismaClient, { what, name = '', role: wanted = '', days }: TokenCommand): Promise<string> {
  if (what === 'list') return list(db)
  if (what === 'revoke') {
    await revokeToken(db, byCommand, name, (tx, tokenId) => endClaims(tx, { tokenId }))
    return `The token “${name}” is revoked.`
  }
  const role = roles.find((one) => one === wanted.toUpperCase())
  if (!role) throw new Error(`There is no role “${wanted}”: ${roles.join(', ').toLowerCase()}.`)
  const { token, secret } = await createToken(db, byCommand, { name, role, days })
  const until = token.expiresAt ? `, good until ${day(token.expiresAt)} UTC` : ''
  console.error(`The token “${token.name}” (${token.role}${until}), shown this once:`)
  return secret
}

const day = (date: Date | null) => date?.toISOString().slice(0, 16).replace('T', ' ') ?? 'never'

async function list(db: PrismaClient): Promise<string> {
  const tokens = await db.accessToken.findMany({ orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] })
  if (tokens.length === 0) return 'There is no token: whoever is on this machine may do everything.'
  return tokens
    .map(({ name, role, createdAt, lastUsedAt, revokedAt, expiresAt }) =>
      [
        name.padEnd(24),
        role.padEnd(8),
        `made ${day(createdAt)}`,
        `used ${day(lastUsedAt).padEnd(16)}`,
        revokedAt ? `revoked ${day(revokedAt)}` : expiresAt ? `until ${day(expiresAt)}` : '',
      ]
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** tools/token.mjs has read the arguments. */
export async function runTokenCommand(given: TokenCommand): Promise<void> {
  ownFilesOnly()
  try {
    const config = readConfig()
    await useDatabase(
      config,
      (line) => console.error(line),
      async (database) => {
        if (database.isNew)
          console.error(
            `No WasteX was here: its database was made just now, in ${config.dataDir}. A server that was started with another WASTEX_DATA has its own, and does not know what is made here.`,
          )
        const db = connect(database.url, 1)
        try {
          console.log(await run(db, given))
        } finally {
          await db.$disconnect()
        }
      },
    )
  } catch (error) {
    console.error(messageOf(error))
    process.exitCode = 1
  }
}
