/** The one PostgreSQL cluster of a test run, with a migrated database that each test file's own is copied from. */
import pg from 'pg'
import { applyMigrations } from '../../src/database/migrate.js'
import { startTemporaryCluster, type TemporaryCluster } from '../../tools/temporary-cluster.js'

export const template = 'template_of_tests'

export async function startTestCluster(): Promise<TemporaryCluster> {
  const cluster = await startTemporaryCluster()
  const admin = new pg.Client({ connectionString: cluster.url('postgres') })
  await admin.connect()
  await admin.query(`CREATE DATABASE ${template}`)
  await admin.end()
  await applyMigrations(cluster.url(template))
  return cluster
}
