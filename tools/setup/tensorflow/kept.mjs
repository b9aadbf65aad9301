/** What was fetched and built once, kept outside the clone: the next clone takes seconds. */
import { randomUUID } from 'node:crypto'
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { tfjsNode } from './package.mjs'

const cacheFolder = () =>
  path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'wastex', 'tensorflow')

/** The addon speaks Node-API, so one serves every version of Node that has it. */
export function keptFolder() {
  const { version, napi } = tfjsNode()
  return path.join(cacheFolder(), `tfjs-node-${version}-${process.platform}-${process.arch}-napi-v${napi}`)
}

/** An empty folder beside it, to build in. The caller removes it. */
export function draftFolder() {
  const draft = `${keptFolder()}.${randomUUID()}.tmp`
  mkdirSync(draft, { recursive: true })
  return draft
}

/** Makes `folder`, which holds `lib` and `deps/lib`, the kept one. Of two clones that build at once, the first is kept. */
export function keep(folder) {
  try {
    renameSync(folder, keptFolder())
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes(error.code)) throw error
    rmSync(folder, { recursive: true })
  }
}

export const isKept = () => existsSync(keptFolder())
export const forget = () => rmSync(keptFolder(), { recursive: true, force: true })

/** Gives the clone's package what is kept. */
export function placeKept() {
  const { folder, addon, libraries } = tfjsNode()
  for (const part of [path.dirname(addon), libraries]) {
    const target = path.join(folder, part)
    const draft = `${target}.${randomUUID()}.tmp`
    linkFolder(path.join(keptFolder(), part), draft)
    rmSync(target, { recursive: true, force: true })
    renameSync(draft, target)
  }
}

/** Keeps what the package's own installer put into the clone. */
export function keepFromClone() {
  const { folder, addon, libraries } = tfjsNode()
  const draft = draftFolder()
  for (const part of [path.dirname(addon), libraries]) linkFolder(path.join(folder, part), path.join(draft, part))
  keep(draft)
}

/** Hard links: no second gigabyte, and a clone keeps its own when the cache is emptied. Across file systems: symbolic ones. */
function linkFolder(from, to) {
  mkdirSync(to, { recursive: true })
  for (const name of readdirSync(from)) {
    const source = path.join(from, name)
    const target = path.join(to, name)
    const kind = lstatSync(source)
    if (kind.isDirectory()) linkFolder(source, target)
    else if (kind.isSymbolicLink()) symlinkSync(readlinkSync(source), target)
    else linkFile(source, target)
  }
}

function linkFile(source, target) {
  try {
    linkSync(source, target)
  } catch (error) {
    if (!['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP'].includes(error.code)) throw error
    symlinkSync(source, target)
  }
}
