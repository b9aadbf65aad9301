/** What a step's result was made from, by content: dates change with every clone and checkout. */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** @param {string[]} sources files and folders. @param {(file: string) => boolean} [isSource] of the files in folders. */
export function fingerprint(sources, isSource = () => true) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`)
  for (const file of sources.flatMap((source) => filesOf(source, isSource))) {
    hash.update(`\0${file}\0`).update(readFileSync(file))
  }
  return hash.digest('hex')
}

function filesOf(source, isSource) {
  if (!statSync(source).isDirectory()) return [source]
  const entries = readdirSync(source, { withFileTypes: true, recursive: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .filter(isSource)
    .sort()
}

export function readStamp(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined // Not made yet.
  }
}

export function writeStamp(file, stamp) {
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, stamp)
}
