/** One PostgreSQL cluster: made, started, stopped with its own programs. */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chownSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { remove } from '../disk.js'
import type { Place } from './place.js'
import type { DatabaseUser } from './user.js'

export interface Cluster {
  readonly programs: string
  readonly user: DatabaseUser
  readonly place: Place
  /** PostgreSQL's own, by name: `{ fsync: 'off' }`. */
  readonly settings: Readonly<Record<string, string>>
}

const run = promisify(execFile)
const program = (cluster: Cluster, name: string) => path.join(cluster.programs, name)
const asUser = (cluster: Cluster) => ({ ...cluster.user.ids, cwd: '/' })
/** How long a killed server's process may still stand in its lock file: until its parent takes notice of its death. */
const lockPatienceMs = 15_000
const logKeptBytes = 1_000_000

export const urlOf = ({ place }: Cluster, database: string) =>
  `postgresql://wastex@localhost/${database}?host=${encodeURIComponent(place.socket)}`

/** Makes the cluster unless it is there. Written aside and renamed, so a cluster is whole or absent; of two makers one wins. */
export async function makeCluster(cluster: Cluster): Promise<'made' | 'found'> {
  const target = cluster.place.cluster
  if (existsSync(path.join(target, 'PG_VERSION'))) return 'found'
  const draft = path.join(path.dirname(target), `.pg.${randomUUID()}.tmp`)
  mkdirSync(draft, { mode: 0o700 })
  try {
    if ('uid' in cluster.user.ids) chownSync(draft, cluster.user.ids.uid, cluster.user.ids.gid)
    const options = ['--pgdata', draft, '--username=wastex', '--auth=trust', '--encoding=UTF8', '--no-locale']
    if (cluster.settings.fsync === 'off') options.push('--no-sync')
    await run(program(cluster, 'initdb'), options, asUser(cluster))
    renameSync(draft, target)
    return 'made'
  } catch (error) {
    await remove(draft)
    if (existsSync(path.join(target, 'PG_VERSION'))) return 'found'
    throw new Error(`PostgreSQL could not make its files in ${target}: ${lastLine(error)}`, { cause: error })
  }
}

export async function answers(cluster: Cluster): Promise<boolean> {
  const client = new pg.Client({ connectionString: urlOf(cluster, 'postgres'), connectionTimeoutMillis: 2_000 })
  client.on('error', () => undefined) // The connection's end is the answer; `connect` reports it.
  try {
    await client.connect()
    await client.end()
    return true
  } catch {
    return false
  }
}

/**
 * Starts the server, or finds one that runs on these files already: another process', or one that a killed process left.
 * @throws Error with the end of the server's log.
 */
export async function startCluster(cluster: Cluster): Promise<'started' | 'found'> {
  const until = Date.now() + lockPatienceMs
  for (;;) {
    if (await answers(cluster)) return 'found'
    const log = openLog(cluster)
    const server = spawnServer(cluster, log.descriptor)
    closeSync(log.descriptor)
    if (await comesUp(cluster, server)) return 'started'
    const said = readFileSync(cluster.place.log, 'utf8').slice(log.start)
    if (Date.now() > until || !said.includes('postmaster.pid')) {
      throw new Error(`PostgreSQL does not start on ${cluster.place.cluster}: ${said.trim() || 'it says nothing'}`)
    }
    await pause(200)
  }
}

/** Lets transactions in hand roll back, writes everything down, ends. Within ten seconds, or without the writing-down. */
export async function stopCluster(cluster: Cluster): Promise<void> {
  const stop = (mode: 'fast' | 'immediate') =>
    run(
      program(cluster, 'pg_ctl'),
      ['stop', '--pgdata', cluster.place.cluster, '--mode', mode, '--wait', '--timeout=8', '--silent'],
      asUser(cluster),
    )
  try {
    await stop('fast')
  } catch {
    // It took too long, or it had ended before.
    if (await answers(cluster)) await stop('immediate')
  }
}

function openLog({ place }: Cluster): { descriptor: number; start: number } {
  const size = existsSync(place.log) ? statSync(place.log).size : 0
  const start = size > logKeptBytes ? 0 : size
  return { descriptor: openSync(place.log, start === 0 ? 'w' : 'a', 0o600), start }
}

function spawnServer(cluster: Cluster, log: number): ChildProcess {
  const settings = {
    listen_addresses: '',
    unix_socket_directories: cluster.place.socket,
    TimeZone: 'UTC',
    // Errors of statements come back to us anyway; in the log they would be noise, and hold people's data.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    ...cluster.settings,
  }
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const server = spawn(program(cluster, 'postgres'), ['-D', cluster.place.cluster, ...options], {
    ...asUser(cluster),
    // A group of its own: Ctrl-C is meant for us, and we stop the server after our last query.
    detached: true,
    stdio: ['ignore', log, log],
  })
  server.unref()
  return server
}

async function comesUp(cluster: Cluster, server: ChildProcess): Promise<boolean> {
  let ended = false
  server.once('exit', () => (ended = true)).once('error', () => (ended = true))
  while (!ended) {
    if (await answers(cluster)) return !ended
    await pause(20)
  }
  return false
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

function lastLine(error: unknown): string {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error)
  return said.trim().split('\n').at(-1) ?? ''
}
