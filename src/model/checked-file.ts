/** Files of a run's folder are believed by their hashes: the database has that of the card, and the card has all others'. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { type Artefact, type Card, cardFile } from './card.js'

/** What a row says of the files that its run has written. */
export type Stated = readonly Pick<Artefact, 'name' | 'sha256'>[]

/** @throws Error unless the card in the folder is the one that the run wrote */
export async function checkCardFile(folder: string, stated: Stated): Promise<void> {
  const own = stated.find(({ name }) => name === cardFile)
  if (!own) throw new Error(`no hash of its ${cardFile} was kept`)
  if ((await sha256(path.join(folder, cardFile))) !== own.sha256)
    throw new Error(`its ${cardFile} was changed after the run had written it`)
}

/** For a file that is too large to be held. @throws Error unless it is the one that the card describes */
export async function checkFile(folder: string, card: Card, name: string): Promise<void> {
  compare(card, name, await sha256(path.join(folder, name)))
}

/** @throws Error unless it is the one that the card describes */
export async function readChecked(folder: string, card: Card, name: string): Promise<Buffer> {
  const bytes = await readFile(path.join(folder, name)).catch(() => undefined)
  compare(card, name, bytes && createHash('sha256').update(bytes).digest('hex'))
  return bytes as Buffer
}

function compare(card: Card, name: string, found: string | undefined): void {
  const stated = card.files.find((file) => file.name === name)
  if (!stated) throw new Error(`its card does not list ${name}`)
  if (found === undefined) throw new Error(`${name} is missing`)
  if (found !== stated.sha256) throw new Error(`${name} is not the file that the card describes`)
}

/** @returns undefined when it cannot be read */
async function sha256(file: string): Promise<string | undefined> {
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(file), hash)
  } catch {
    return undefined
  }
  return hash.digest('hex')
}
