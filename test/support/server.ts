/** A whole WasteX of its own for a test file: real server, database and folders. */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { type Config, readConfig } from '../../src/config.js'
import { connect, type PrismaClient } from '../../src/db.js'
import { start } from '../../src/start.js'
import { createTestDatabase } from './database.js'

export interface TestServer {
  /** `http://127.0.0.1:port` */
  readonly address: string
  readonly config: Config
  /** A second client of the server's database, for looking and for preparing. */
  readonly db: PrismaClient
  close(): Promise<void>
}

/** @param settings environment beside what keeps it apart from other servers. */
export async function startTestServer(settings: Record<string, string> = {}): Promise<TestServer> {
  const [database, folder] = await Promise.all([
    createTestDatabase(),
    mkdtemp(path.join(os.tmpdir(), 'wastex-server-')),
  ])
  const config = readConfig({
    PORT: '0',
    WASTEX_DATA: path.join(folder, 'data'),
    WASTEX_MODELS: path.join(folder, 'models'),
    WASTEX_DATASETS: path.join(folder, 'datasets'),
    DATABASE_URL: database.url,
    LOG_LEVEL: 'silent',
    ...settings,
  })
  const started = await start(config, () => {})
  const db = connect(config.databaseUrl ?? database.url, 2)
  return {
    address: started.address,
    config,
    db,
    async close() {
      await db.$disconnect()
      const problems = await started.close()
      if (problems.length > 0) throw new Error(problems.join('; '))
      await rm(folder, { recursive: true, force: true })
    },
  }
}
