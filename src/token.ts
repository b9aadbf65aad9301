/**
 * `npm run token`: makes, lists and revokes tokens in the database, whether or not a server runs; one that runs is told. The
 * answer goes to standard output, everything else to standard error.
 */
import { parseArgs } from 'node:util'
import { roles } from './access/actor.js'
import { command as byCommand } from './access/doer.js'
import { createToken, revokeToken } from './access/tokens.js'
import { readConfig } from './config.js'
import { useDatabase } from './database/use.js'
import { connect, type PrismaClient } from './db.js'
import { messageOf } from './errors.js'

const roleNames = roles.map((role) => role.toLowerCase()).join(' | ')
const usage = `npm run token -- create NAME --role ${roleNames}
npm run token -- list
npm run token -- revoke NAME`

async function run(db: PrismaClient, [command, name]: readonly string[], wanted = ''): Promise<string> {
  if (command === 'list') return list(db)
  if (command === 'create' && name !== undefined) {
    const role = roles.find((one) => one === wanted.toUpperCase())
    if (!role) throw new Error(`Which role? --role ${roleNames}`)
    const { token, secret } = await createToken(db, byCommand, { name, role })
    console.error(`The token “${token.name}” (${token.role}), shown this once:`)
    return secret
  }
  if (command === 'revoke' && name !== undefined) {
    await revokeToken(db, byCommand, name)
    return `The token “${name}” is revoked.`
  }
  throw new Error(usage)
}

async function list(db: PrismaClient): Promise<string> {
  const tokens = await db.accessToken.findMany({ orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] })
  if (tokens.length === 0) return 'There is no token: whoever is on this machine may do everything.'
  const day = (date: Date | null) => date?.toISOString().slice(0, 16).replace('T', ' ') ?? 'never'
  return tokens
    .map(({ name, role, createdAt, lastUsedAt, revokedAt }) =>
      [
        name.padEnd(24),
        role.padEnd(8),
        `made ${day(createdAt)}`,
        `used ${day(lastUsedAt).padEnd(16)}`,
        revokedAt ? `revoked ${day(revokedAt)}` : '',
      ]
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

try {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { role: { type: 'string' } } })
  if (positionals.length === 0) throw new Error(usage)
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
        console.log(await run(db, positionals, values.role))
      } finally {
        await db.$disconnect()
      }
    },
  )
} catch (error) {
  console.error(messageOf(error))
  process.exitCode = 1
}
