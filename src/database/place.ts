/** Where the cluster's files and its socket lie. */
import { createHash } from 'node:crypto'
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { writeFileWhole } from '../disk.js'
import { canEnter, type DatabaseUser } from './user.js'

export interface Place {
  /** PostgreSQL's data folder. */
  readonly cluster: string
  /** What the server writes to standard error. */
  readonly log: string
  /** The folder of the server's Unix socket; nobody but `user` and root may enter it. */
  readonly socket: string
}

/**
 * Below `dataDir` where `user` can enter it; else below `shelter`, and a file in `dataDir` says where.
 * @throws Error when a cluster is there but `user` cannot reach it: an empty new one would look like lost data.
 */
export async function findPlace(
  dataDir: string,
  user: DatabaseUser,
  shelter: string,
  say: (line: string) => void,
): Promise<Place> {
  makeFolder(dataDir)
  const signpost = path.join(dataDir, 'pg.elsewhere')
  if (existsSync(signpost)) return placeIn(readFileSync(signpost, 'utf8').trim(), user)
  if (canEnter(user, dataDir)) return placeIn(dataDir, user)
  if (existsSync(path.join(dataDir, 'pg'))) {
    throw new Error(
      `The database is in ${dataDir}, which the user “${user.name}” that PostgreSQL runs as cannot enter: ` +
        'allow it on every folder on the way (chmod o+x).',
    )
  }
  const folder = path.join(shelter, createHash('sha256').update(dataDir).digest('hex').slice(0, 12))
  makeFolder(folder)
  if (!canEnter(user, folder)) {
    throw new Error(
      `PostgreSQL runs as “${user.name}”, who can enter neither ${dataDir} nor ${folder}: set WASTEX_DATA.`,
    )
  }
  say(`PostgreSQL runs as “${user.name}”, who cannot enter ${dataDir}: the database is kept in ${folder}`)
  await writeFileWhole(signpost, `${folder}\n`)
  return placeIn(folder, user)
}

function placeIn(folder: string, user: DatabaseUser): Place {
  makeFolder(folder)
  const cluster = path.join(folder, 'pg')
  const socket = isShortEnough(cluster) ? cluster : shortFolder(cluster, user)
  return { cluster, socket, log: path.join(folder, 'pg.log') }
}

/** Makes the missing folders enterable by others, whatever our file mode creation mask is; existing ones stay as they are. */
export function makeFolder(folder: string): void {
  const first = mkdirSync(folder, { recursive: true })
  if (first === undefined) return
  for (let made = folder; made.length >= first.length; made = path.dirname(made)) {
    chmodSync(made, statSync(made).mode | 0o011)
  }
}

/** A Unix socket's address holds 103 bytes and a zero on macOS, 107 on Linux. */
const isShortEnough = (folder: string) => Buffer.byteLength(path.join(folder, '.s.PGSQL.5432')) <= 103

function shortFolder(cluster: string, user: DatabaseUser): string {
  const uid = 'uid' in user.ids ? user.ids.uid : (process.getuid?.() ?? 0)
  const folder = `/tmp/wastex-${uid}-${createHash('sha256').update(cluster).digest('hex').slice(0, 12)}`
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  // Everybody may write in /tmp: a folder that somebody else put there would let them answer as our database.
  const found = lstatSync(folder)
  const isOurs = found.uid === uid || found.uid === process.getuid?.()
  if (!found.isDirectory() || !isOurs || (found.mode & 0o077) !== 0) {
    throw new Error(
      `${folder} is not ours alone, and the path of WASTEX_DATA is too long for a socket: choose a shorter one.`,
    )
  }
  if ('uid' in user.ids) chownSync(folder, user.ids.uid, user.ids.gid)
  return folder
}
