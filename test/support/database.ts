import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import type { Db } from '../../src/db.js'
import { template } from './cluster.js'

export interface TestDatabase {
  readonly url: string
  /** Need not be called: the whole cluster goes at the end of the run. */
  drop(): Promise<void>
}

/** A migrated, empty database of its own. */
export async function createTestDatabase(): Promise<TestDatabase> {
  return create(template)
}

/** @param url of one to which nobody is connected */
export const copyTestDatabase = (url: string): Promise<TestDatabase> => create(new URL(url).pathname.slice(1))

/** A database without tables. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  return create('template0')
}

async function create(from: string): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await administer(`CREATE DATABASE ${name} TEMPLATE ${from}`)
  return {
    url: inject('cluster').replace('/postgres?', `/${name}?`),
    drop: () => administer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  }
}

async function administer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('cluster') })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

/** Ends the connections of this database by which servers hear of events: they come back, and do not know what they missed. */
export const breakListening = (db: Db): Promise<unknown> =>
  db.$queryRaw`SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN wastex'`
