/** A hall with a database and folders of its own. */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { readConfig } from '../../src/config.js'
import { connect } from '../../src/db.js'
import { Events } from '../../src/events.js'
import type { Hall } from '../../src/hall.js'
import { createLog } from '../../src/log.js'
import { createTestDatabase } from './database.js'

export interface TestHall extends Hall {
  /** Everything of this hall's lies below; datasets to import, too. */
  readonly folder: string
  close(): Promise<void>
}

export async function openTestHall(environment: NodeJS.ProcessEnv = {}): Promise<TestHall> {
  const { url } = await createTestDatabase()
  return openHall(url, environment)
}

/** @param url of a database that no other hall has */
export async function openHall(url: string, environment: NodeJS.ProcessEnv): Promise<TestHall> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'wastex-hall-'))
  const config = readConfig({
    WASTEX_DATA: path.join(folder, 'data'),
    WASTEX_MODELS: path.join(folder, 'models'),
    WASTEX_DATASETS: path.join(folder, 'datasets'),
    WASTEX_IMPORT_ROOTS: folder,
    ...environment,
  })
  const db = connect(url)
  const log = createLog('silent')
  const events = await Events.open(url, log)
  return {
    config,
    db,
    events,
    log,
    databaseUrl: url,
    folder,
    async close() {
      await events.close()
      await db.$disconnect()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
