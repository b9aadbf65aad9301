/** Keeps the server of a cluster running for as long as somebody needs it, whichever process started it. */
import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import { messageOf } from '../errors.js'
import { type Waiting, waitFor } from '../wait-for.js'
import { startCluster, stopCluster, urlOf, type Cluster } from './cluster.js'
import { databaseFailure } from './failure.js'
import { openSession, withSession } from './session.js'

const retryMs = 1_000
/** For the lock below: whoever holds it alone is just stopping the server. */
const lockMs = 30_000
const triesToFind = 3
/**
 * Every process that uses the server holds this advisory lock, shared, on a connection of its own; who gets it alone is the
 * last one. The lock of a killed process goes with its connection, so a server that it left behind is stopped by the next.
 */
const usersLock = 727_073_691

export interface Supervised {
  readonly how: 'started' | 'found'
  /** Stops the server unless another process uses it. */
  stop(): Promise<void>
}

/** Starts the server or uses the one that runs; starts it again whenever it ends before `stop`. */
export async function supervise(cluster: Cluster, waiting: Waiting): Promise<Supervised> {
  const { say } = waiting
  const stopped = new AbortController()
  let restarting: Promise<void> = Promise.resolve()

  const start = async (until: Waiting) => {
    let how = await startCluster(cluster, until)
    let watch: pg.Client | undefined
    for (let tries = 1; !watch; tries++) {
      try {
        watch = await watchOn(cluster, until)
      } catch (error) {
        // Whoever uses it by now starts it again.
        if (how === 'started') await stopUnlessUsed(cluster, { otherwise: true })
        else if (tries < triesToFind && databaseFailure(error)) {
          how = await startCluster(cluster, until) // its last user has just stopped it
          continue
        }
        throw error
      }
    }
    // Not before: whoever called hears of a connection that breaks until here, and tries again itself.
    watch.once('end', () => {
      if (!stopped.signal.aborted) restarting = restart()
    })
    return { how, watch }
  }

  const restart = async () => {
    while (!stopped.signal.aborted) {
      say('The database server ended by itself: starting it again')
      try {
        running = await start({ say, signal: stopped.signal })
        return
      } catch (error) {
        if (stopped.signal.aborted) return
        say(`The database server does not come back: ${messageOf(error)}`)
        await pause(retryMs)
      }
    }
  }

  let running = await start(waiting)
  return {
    how: running.how,
    stop: async () => {
      stopped.abort(new Error('WasteX stops.'))
      await restarting
      await stopUnlessUsed(cluster, { watch: running.watch, otherwise: false })
      await running.watch.end()
    },
  }
}

/** An idle connection notices the server's end at once, whoever the server's parent is. */
async function watchOn(cluster: Cluster, waiting: Waiting): Promise<pg.Client> {
  const watch = await openSession(urlOf(cluster, 'postgres'), { name: 'wastex watch' })
  watch.on('error', () => undefined) // `end` follows.
  try {
    await waitFor(waiting, 'another WasteX to stop the built-in PostgreSQL', lockMs, (over) => {
      over.addEventListener('abort', () => void watch.end().catch(() => undefined))
      return watch.query('SELECT pg_advisory_lock_shared($1)', [usersLock])
    })
    return watch
  } catch (error) {
    void watch.end().catch(() => undefined) // why it is of no use, the caller is told
    throw error
  }
}

/**
 * @param watch of this process, as far as it has one; one that has ended knows nothing of a server that somebody else started since
 * @param otherwise what to do with a server that does not answer: we have started it, or it is gone or another one's
 */
async function stopUnlessUsed(cluster: Cluster, { watch, otherwise }: { watch?: pg.Client; otherwise: boolean }) {
  const isLast = (watch && (await isLastUser(watch))) ?? (await withNewSession(cluster, isLastUser)) ?? otherwise
  if (isLast) await stopCluster(cluster)
}

/** @returns undefined: its connection is gone */
async function isLastUser(watch: pg.Client): Promise<boolean | undefined> {
  try {
    await watch.query('SELECT pg_advisory_unlock_shared($1)', [usersLock])
    const { rows } = await watch.query<{ alone: boolean }>('SELECT pg_try_advisory_lock($1) AS alone', [usersLock])
    return rows[0]?.alone === true
  } catch {
    return undefined
  }
}

/** @returns undefined: nothing answers */
async function withNewSession<T>(cluster: Cluster, use: (client: pg.Client) => Promise<T>): Promise<T | undefined> {
  try {
    return await withSession(urlOf(cluster, 'postgres'), { connectMs: 2_000 }, use)
  } catch {
    return undefined
  }
}
