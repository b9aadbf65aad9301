/** One PostgreSQL cluster: made, started, stopped with its own programs. */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chownSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { setTimeout as pause } from 'node:timers/promises'
import { remove } from '../disk.js'
import { messageOf } from '../errors.js'
import { type Waiting, waitFor } from '../wait-for.js'
import { databaseFailure } from './failure.js'
import { withSession } from './session.js'
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
const asUser = (cluster: Cluster) => ({ ...cluster.user.ids, cwd: '/', env: withoutItsVariables() })
/** How long a killed server's process may still stand in its lock file: until its parent takes notice of its death. */
const lockPatienceMs = 15_000
const logKeptBytes = 1_000_000
const portOf = ({ settings }: Cluster) => settings['port'] ?? '5432'

export const clusterLimits = Object.freeze({
  /** For initdb. */
  makeMs: 180_000,
  /** For the server to say anything. */
  silentMs: 60_000,
  /** For it to replay what a crash left in its log. */
  recoverMs: 900_000,
})

/** PGPORT, PGDATA, PGOPTIONS and so on are meant for other servers: PostgreSQL's programs read them, too. */
function withoutItsVariables(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^PG[A-Z]/.test(name)))
}

/** It leaves out nothing that `pg` would then take from the environment. */
export function urlOf(cluster: Cluster, database: string): string {
  const explicit = {
    host: cluster.place.socket,
    port: portOf(cluster),
    sslmode: 'disable',
    sslnegotiation: 'postgres',
    application_name: 'wastex',
    client_encoding: 'UTF8',
    replication: 'false',
    // One that says nothing, as an empty one would be taken from the environment.
    options: '-c TimeZone=UTC',
    schema: 'public',
  }
  return `postgresql://wastex:none@localhost/${database}?${new URLSearchParams(explicit).toString().replaceAll('+', '%20')}`
}

/** Makes the cluster unless it is there. Written aside and renamed, so a cluster is whole or absent; of two makers one wins. */
export async function makeCluster(cluster: Cluster, waiting: Waiting): Promise<'made' | 'found'> {
  const target = cluster.place.cluster
  if (existsSync(path.join(target, 'PG_VERSION'))) return 'found'
  const draft = path.join(path.dirname(target), `.pg.${randomUUID()}.tmp`)
  mkdirSync(draft, { mode: 0o700 })
  try {
    if ('uid' in cluster.user.ids) chownSync(draft, cluster.user.ids.uid, cluster.user.ids.gid)
    const options = ['--pgdata', draft, '--username=wastex', '--auth=trust', '--encoding=UTF8', '--no-locale']
    if (cluster.settings.fsync === 'off') options.push('--no-sync')
    await waitFor(waiting, 'initdb to make the built-in PostgreSQL', clusterLimits.makeMs, async (signal) => {
      const making = run(program(cluster, 'initdb'), options, { ...asUser(cluster), signal })
      const closed = new Promise<void>((resolve) => making.child.once('close', () => resolve()))
      // One that is called off still writes for a moment.
      try {
        await making
      } finally {
        await closed
      }
    })
    renameSync(draft, target)
    return 'made'
  } catch (error) {
    await remove(draft)
    waiting.signal?.throwIfAborted()
    if (existsSync(path.join(target, 'PG_VERSION'))) return 'found'
    throw new Error(`PostgreSQL could not make its files in ${target}: ${lastLine(error)}`, { cause: error })
  }
}

/**
 * - `yes`: it takes queries
 * - `starting`: it is there, and not ready yet (or no longer)
 * - `no`: nothing answers
 * @throws Error why it never will: it answers, and refuses us
 */
export async function answers(cluster: Cluster): Promise<'yes' | 'starting' | 'no'> {
  try {
    await withSession(urlOf(cluster, 'postgres'), { connectMs: 2_000 }, async () => undefined)
    return 'yes'
  } catch (error) {
    const failure = databaseFailure(error)
    if (failure === 'STARTING') return 'starting'
    if (failure === 'UNAVAILABLE') return 'no'
    throw new Error(`The built-in PostgreSQL refuses our connection: ${messageOf(error)}`, { cause: error })
  }
}

/**
 * Starts the server, or finds one that runs on these files already: another process', or one that a killed process left. Where that
 * fails, or is called off, no server is left running.
 * @throws Error with the end of the server's log.
 */
export async function startCluster(cluster: Cluster, given: Waiting): Promise<'started' | 'found'> {
  let until: number | undefined
  const told = new Set<string>()
  const waiting = { ...given, say: (line: string) => void (told.has(line) || given.say(line), told.add(line)) }
  for (;;) {
    if ((await settled(cluster, waiting)) === 'yes') return 'found'
    until ??= performance.now() + lockPatienceMs
    const log = openLog(cluster)
    const server = spawnServer(cluster, log.descriptor)
    closeSync(log.descriptor)
    if (await comesUp(cluster, server, waiting)) return 'started'
    const said = readFileSync(cluster.place.log, 'utf8').slice(log.start)
    if (performance.now() > until || !said.includes('postmaster.pid')) {
      throw new Error(`PostgreSQL does not start on ${cluster.place.cluster}: ${said.trim() || 'it says nothing'}`)
    }
    await pause(200)
  }
}

/** Also one that another process starts or stops is waited for. */
async function settled(cluster: Cluster, waiting: Waiting, hasEnded = () => false): Promise<'yes' | 'no'> {
  const what = 'the built-in PostgreSQL to be ready (after a crash it recovers first)'
  return waitFor(waiting, what, clusterLimits.recoverMs, async (over) => {
    for (;;) {
      const state = hasEnded() ? 'no' : await answers(cluster)
      if (state !== 'starting') return state
      over.throwIfAborted()
      await pause(20)
    }
  })
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
    if ((await answers(cluster).catch(() => 'yes')) !== 'no') await stop('immediate')
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
    port: portOf(cluster),
    // A list, separated by commas.
    unix_socket_directories: `"${cluster.place.socket.replaceAll('"', '""')}"`,
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

/** @returns false: it has ended by itself. @throws Error after it was stopped, when it takes too long */
async function comesUp(cluster: Cluster, server: ChildProcess, waiting: Waiting): Promise<boolean> {
  let hasEnded = false
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      hasEnded = true
      resolve()
    }
    server.once('exit', end).once('error', end)
  })
  try {
    await waitFor(waiting, 'the built-in PostgreSQL to answer', clusterLimits.silentMs, async (over) => {
      while (!hasEnded && (await answers(cluster)) === 'no') {
        over.throwIfAborted()
        await pause(20)
      }
    })
    return (await settled(cluster, waiting, () => hasEnded)) === 'yes' && !hasEnded
  } catch (error) {
    // At once: nothing was asked of it yet, and what it has recovered so far it recovers again.
    server.kill('SIGQUIT')
    const timer = setTimeout(() => server.kill('SIGKILL'), 5_000)
    await ended
    clearTimeout(timer)
    throw error
  }
}

function lastLine(error: unknown): string {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error)
  return said.trim().split('\n').at(-1) ?? ''
}
