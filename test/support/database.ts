import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
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
