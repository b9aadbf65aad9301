/** A browser for the tests of the console: one that is there, else Debian's, where we may install. */
import { accessSync, constants, mkdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { lastLine, run } from './run.mjs'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** @returns {string | undefined} its path; CHROMIUM names one */
export function findBrowser() {
  const folders = (process.env.PATH ?? '').split(path.delimiter)
  const places = [process.env.CHROMIUM, ...names.flatMap((name) => folders.map((folder) => path.join(folder, name)))]
  return places.find((place) => place && isProgram(place))
}

function isProgram(file) {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false // Not there, or not ours to run.
  }
}

const dayMs = 86_400_000
const attempt = (root) => path.join(root, 'node_modules', '.cache', 'wastex', 'no-browser')

/** Whether it is there, or could not be had a short while ago: nobody waits for that at every test run. */
export function isBrowserSettled(root) {
  if (findBrowser()) return true
  try {
    return Date.now() - statSync(attempt(root)).mtimeMs < dayMs
  } catch {
    return false // Never tried.
  }
}

/** @returns {Promise<string>} how it went: without a browser its tests are skipped, and all others run */
export async function installBrowser(root) {
  const how = await install()
  if (findBrowser()) return how
  mkdirSync(path.dirname(attempt(root)), { recursive: true })
  writeFileSync(attempt(root), how)
  return how
}

async function install() {
  if (process.getuid?.() !== 0) return skipped('only root may install one here')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'chromium']]) {
    const { ok, output, end } = await run('apt-get', args, { env, limitMs: 300_000 })
    if (!ok) return skipped(`apt-get ${args[0]}: ${end}, ${lastLine(output)}`)
  }
  return findBrowser() ? 'from Debian' : skipped('Debian’s package brought no program')
}

const skipped = (why) =>
  `not there (${why}): its tests are skipped. Install Chromium, or name one in CHROMIUM; all else is tested without`
