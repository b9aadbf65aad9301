/** The database: whether it is reached, its version, and whether it is up to date. Nothing in it is changed. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Config } from '../../src/config.js'
import { examine } from '../../src/database/examine.js'
import { explained, serverOf } from '../../src/database/explain.js'
import { missingMigrations } from '../../src/database/migrate.js'
import { useEmbedded } from '../../src/database/use.js'
import { messageOf } from '../../src/errors.js'
import { type Finding, fail, ok, warn } from './finding.js'

export async function database({ databaseUrl, dataDir }: Config): Promise<Finding> {
  if (databaseUrl !== undefined) {
    const { name, database } = serverOf(databaseUrl)
    return look(databaseUrl, `${database} at ${name}`)
  }
  if (!existsSync(path.join(dataDir, 'pg')) && !existsSync(path.join(dataDir, 'pg.elsewhere')))
    return ok('database', `the built-in PostgreSQL, made at the first start in ${path.join(dataDir, 'pg')}`)
  try {
    return await useEmbedded(
      dataDir,
      (line) => console.error(line),
      (embedded) => {
        const how = embedded.how === 'found' ? 'running' : 'started for this look'
        return look(embedded.url('wastex'), `the built-in one at ${embedded.folder}, ${how}`)
      },
    )
  } catch (error) {
    return fail('database', `the built-in PostgreSQL does not start: ${messageOf(error)}`)
  }
}

async function look(url: string, place: string): Promise<Finding> {
  try {
    const { version, url: examined } = await examine(url, false)
    const says = `PostgreSQL ${version}, ${place}`
    const missing = await missingMigrations(examined)
    return missing.length === 0
      ? ok('database', `${says}, up to date`)
      : warn('database', `${says}, lacks ${missing.length} migrations: npm start applies them`)
  } catch (error) {
    if ((error as { code?: string }).code === '3D000')
      return warn('database', `${place} is not there yet: npm start makes it`)
    return fail('database', messageOf(await explained(url, error)))
  }
}
