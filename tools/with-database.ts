/** Runs a program with DATABASE_URL set to an empty PostgreSQL that is gone afterwards: `tsx tools/with-database.ts prisma ...`. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import pg from 'pg'
import { startTemporaryCluster } from './temporary-cluster.js'

const [program, ...args] = process.argv.slice(2)
if (program === undefined) throw new Error('Which program?')

const cluster = await startTemporaryCluster()
try {
  const admin = new pg.Client({ connectionString: cluster.url('postgres') })
  await admin.connect()
  await admin.query('CREATE DATABASE wastex')
  await admin.end()
  const env = { ...process.env, DATABASE_URL: cluster.url('wastex') }
  const [code] = (await once(spawn(program, args, { env, stdio: 'inherit' }), 'exit')) as [number | null]
  process.exitCode = code ?? 1
} finally {
  await cluster.stop()
}
