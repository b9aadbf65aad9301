/** Keeps the server of a cluster running for as long as somebody needs it, whichever process started it. */
import pg from 'pg'
import { messageOf } from '../errors.js'
import { startCluster, stopCluster, urlOf, type Cluster } from './cluster.js'

const retryMs = 1_000
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
export async function supervise(cluster: Cluster, say: (line: string) => void): Promise<Supervised> {
  let stopping = false
  let restarting: Promise<void> = Promise.resolve()

  const start = async () => {
    const how = await startCluster(cluster)
    // An idle connection notices the server's end at once, whoever the server's parent is.
    const watch = new pg.Client({ connectionString: urlOf(cluster, 'postgres'), application_name: 'wastex watch' })
    watch.on('error', () => undefined) // `end` follows.
    await watch.connect()
    try {
      await watch.query('SELECT pg_advisory_lock_shared($1)', [usersLock])
    } catch (error) {
      void watch.end().catch(() => undefined) // it is lost already; why, the caller is told
      throw error
    }
    // Not before: whoever called hears of a connection that breaks until here, and tries again itself.
    watch.once('end', () => {
      if (!stopping) restarting = restart()
    })
    return { how, watch }
  }

  const restart = async () => {
    while (!stopping) {
      say('The database server ended by itself: starting it again')
      try {
        running = await start()
        return
      } catch (error) {
        say(`The database server does not come back: ${messageOf(error)}`)
        await new Promise((resolve) => setTimeout(resolve, retryMs))
      }
    }
  }

  let running = await start()
  return {
    how: running.how,
    stop: async () => {
      stopping = true
      await restarting
      if (await isLastUser(running.watch)) await stopCluster(cluster)
      await running.watch.end()
    },
  }
}

async function isLastUser(watch: pg.Client): Promise<boolean> {
  try {
    await watch.query('SELECT pg_advisory_unlock_shared($1)', [usersLock])
    const { rows } = await watch.query<{ alone: boolean }>('SELECT pg_try_advisory_lock($1) AS alone', [usersLock])
    return rows[0]?.alone === true
  } catch {
    // The server has just gone: nothing is left to stop, and stopping nothing does no harm.
    return true
  }
}
