/** Node 24 from npm's registry, checked against the hash in pinned.json and kept outside the clone. */
import { createHash, randomUUID } from 'node:crypto'
import { accessSync, constants, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { npmCommand } from '../npm.mjs'
import { lastLine, run } from '../run.mjs'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const pinned = JSON.parse(readFileSync(new URL('pinned.json', import.meta.url), 'utf8'))

/**
 * @param {(line: string) => void} say
 * @returns {Promise<string>} the program, in a folder of its own
 * @throws Error that says in half a sentence why there is none
 */
export async function pinnedNode(say, wanted = pinned[`${process.platform}-${process.arch}`]) {
  if (!wanted) throw new Error(`there is none for ${process.platform} ${process.arch}`)
  if (isMusl()) throw new Error('there is none for musl, as in Alpine Linux')
  const name = createHash('sha256').update(wanted.integrity).digest('hex').slice(0, 12)
  const folders = caches().map((cache) => path.join(cache, name))
  const kept = folders.map(programIn).find(isProgram)
  if (kept) return kept
  say(`fetching Node ${wanted.version} from npm's registry (50 MB, once)`)
  const target = folders.find(canBeMade)
  if (!target) throw new Error(`neither ${caches().join(' nor ')} can be written`)
  await fetch(wanted, target)
  return programIn(target)
}

const programIn = (folder) => path.join(folder, 'bin', 'node')

/** The user's cache; where there is none to write to, the clone. Not node_modules: `npm ci` empties that. */
function caches() {
  const inClone = path.join(root, '.cache', 'node')
  try {
    return [path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'wastex', 'node'), inClone]
  } catch {
    return [inClone] // This user has no home.
  }
}

function isProgram(file) {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false // It was not fetched yet.
  }
}

function canBeMade(folder) {
  try {
    mkdirSync(path.dirname(folder), { recursive: true })
    accessSync(path.dirname(folder), constants.W_OK)
    return true
  } catch {
    return false // A read-only home, for example.
  }
}

/** Made aside and renamed, so the folder is whole or absent. Of two that fetch at once, the first is kept. */
async function fetch({ package: name, version, integrity }, target) {
  const draft = `${target}.${randomUUID()}.tmp`
  mkdirSync(draft)
  try {
    const npm = npmCommand()
    const args = ['pack', `${name}@${version}`, '--pack-destination', draft, '--ignore-scripts', '--loglevel=error']
    const patience = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--fetch-timeout=60000']
    const got = await run(npm.program, [...npm.args, ...args, ...patience], { cwd: root, limitMs: 900_000 })
    if (!got.ok) throw new Error(`npm cannot get ${name}@${version} (${reasonOf(got)})`)
    const archive = path.join(draft, readdirSync(draft).find((file) => file.endsWith('.tgz')) ?? '')
    const [algorithm, hash] = integrity.split(/-(.*)/)
    if (createHash(algorithm).update(readFileSync(archive)).digest('base64') !== hash)
      throw new Error(`what the registry sent for ${name}@${version} does not have the expected hash`)
    const unpacked = await run('tar', ['-xzf', archive, '-C', draft, '--strip-components=1', 'package/bin/node'])
    if (!unpacked.ok) throw new Error(`${name}@${version} could not be unpacked (${reasonOf(unpacked)})`)
    rmSync(archive)
    const tried = await run(programIn(draft), ['--version'])
    if (!tried.ok) throw new Error(`Node ${version} does not run on this machine (${reasonOf(tried)})`)
    try {
      renameSync(draft, target)
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST'].includes(error.code)) throw error
    }
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

/** npm's first line tells its error's code, and the second one what happened. */
function reasonOf({ output, end }) {
  const said = output.split('\n').map((line) => line.replace(/^npm (?:error|ERR!) */, ''))
  return said.find((line) => line && !line.startsWith('code ')) ?? (output ? lastLine(output) : end)
}

function isMusl() {
  if (process.platform !== 'linux') return false
  process.report.excludeNetwork = true // Names are looked up for it, which may take seconds.
  return process.report.getReport().header.glibcVersionRuntime === undefined
}
