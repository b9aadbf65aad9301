/**
 * Builds lie side by side, each in a folder named after its sources, `dist.1a2b3c4d5e6f`, and never change; `dist` is a link to the one
 * that starts next. A process that runs from an older one keeps it, whatever is built meanwhile.
 */
import { randomUUID } from 'node:crypto'
import {
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { isOther, ownProcess } from './lock.mjs'

const link = (root) => path.join(root, 'dist')
const usersOf = (root, build) => path.join(root, build, '.users')

/** @returns {string | undefined} the folder that starts next */
export function currentBuild(root) {
  try {
    return readlinkSync(link(root))
  } catch {
    return undefined // There is none, or a folder that release 0.1.0 made.
  }
}

/** Makes this folder the one that starts next. Removes those that no process uses; not the last one, which may be about to start. */
export function switchTo(root, build) {
  const last = currentBuild(root)
  for (const other of readdirSync(root).filter((name) => /^dist\.[0-9a-f]{12}$/.test(name)))
    if (other !== build && other !== last && usersIn(root, other).length === 0)
      rmSync(path.join(root, other), { recursive: true, force: true })
  if (last === undefined) rmSync(link(root), { recursive: true, force: true })
  const draft = `${link(root)}.${randomUUID()}.tmp`
  symlinkSync(build, draft)
  renameSync(draft, link(root))
}

/** Says that this process runs from the current build, until it ends. */
export function useBuild(root) {
  const users = usersOf(root, path.basename(realpathSync(link(root))))
  const mine = path.join(users, String(process.pid))
  try {
    mkdirSync(users, { recursive: true })
    writeFileSync(mine, ownProcess())
  } catch (error) {
    if (!['EROFS', 'EACCES', 'EPERM'].includes(error.code)) throw error
    return // Where this user may not write, it cannot build either.
  }
  process.once('exit', () => rmSync(mine, { force: true }))
}

/** @returns {number[]} other processes that run from a build of this clone. */
export const usersOfBuilds = (root) =>
  readdirSync(root)
    .filter((name) => /^dist\.[0-9a-f]{12}$/.test(name))
    .flatMap((build) => usersIn(root, build))

/** A process that was killed has left its file behind. */
function usersIn(root, build) {
  try {
    return readdirSync(usersOf(root, build))
      .filter((pid) => isOther(readFileSync(path.join(usersOf(root, build), pid), 'utf8') || pid))
      .map(Number)
  } catch {
    return [] // Nothing has ever run from it.
  }
}
