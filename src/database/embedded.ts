/** The built-in PostgreSQL: real, from npm, in WASTEX_DATA. */
import { makeCluster, urlOf, type Cluster } from './cluster.js'
import { findPlace } from './place.js'
import { findPrograms } from './programs.js'
import { supervise } from './supervise.js'
import { databaseUser } from './user.js'

export interface Embedded {
  /** The address of one of its databases, for `pg` and for Prisma. */
  url(database: string): string
  readonly how: 'made' | 'started' | 'found'
  /** PostgreSQL's data folder. */
  readonly folder: string
  /** Stops the server unless another process uses it. */
  stop(): Promise<void>
}

export interface EmbeddedOptions {
  /** Where programs and cluster go when we are root and the user that PostgreSQL runs as cannot reach ours. */
  readonly shelter?: string
  readonly settings?: Cluster['settings']
  /** Aborted when the start is called off. */
  readonly signal?: AbortSignal | undefined
}

/** @throws Error with one line that says what to do. */
export async function startEmbedded(
  dataDir: string,
  say: (line: string) => void,
  { shelter = '/var/lib/wastex', settings = {}, signal }: EmbeddedOptions = {},
): Promise<Embedded> {
  const user = databaseUser()
  const programs = await findPrograms(user, shelter, say)
  const place = await findPlace(dataDir, user, shelter, say)
  const cluster: Cluster = { programs, user, place, settings }
  const waiting = { say, signal }
  const made = (await makeCluster(cluster, waiting)) === 'made'
  const server = await supervise(cluster, waiting)
  return {
    url: (database) => urlOf(cluster, database),
    how: made ? 'made' : server.how,
    folder: place.cluster,
    stop: () => server.stop(),
  }
}
