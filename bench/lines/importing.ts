/** Importing a folder against decoding and hashing the same files on all cores. */
import { createHash } from 'node:crypto'
import { appendFile, copyFile, mkdir, readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { ImportDatasetDocument } from '../../documents/generated/graphql.js'
import { decode } from '../../src/photos/decode.js'
import type { Bench } from '../bench.js'
import { median, timed } from '../statistics.js'
import { atLeast, perSecond, type Row } from '../table.js'

const rounds = 3
/** A bench may go on in the folder of another. */
const stamp = Date.now().toString(36)

export async function* importing(bench: Bench): AsyncGenerator<Row> {
  const { photos, client, folder } = await bench.house()
  const [ours, bare]: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round++) {
    bare.push((photos.length / (await timed(() => decodeAll(photos)))) * 1000)
    const copy = path.join(folder, `import-${stamp}-${round}`)
    // Files that were never read: another folder each time, and other bytes, so that each is a new photo.
    await copies(photos, copy, round)
    const input = { name: `import-${stamp}-${round}`, path: copy, activate: false }
    ours.push((photos.length / (await timed(() => client.ask(ImportDatasetDocument, { input })))) * 1000)
  }
  yield {
    what: `import of ${photos.length} photos, photos a second`,
    ours: perSecond(median(ours)),
    against: `${perSecond(median(bare))}, bare sharp decoding and SHA-256 on all cores`,
    ...atLeast(median(ours.map((rate, i) => rate / (bare[i] as number))), 0.8, '%'),
  }
}

async function decodeAll(files: readonly string[]): Promise<void> {
  const rest = files.values()
  const worker = async () => {
    for (const file of rest) {
      const bytes = await readFile(file)
      createHash('sha256').update(bytes).digest('hex')
      await decode(bytes)
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() + 1 }, worker))
}

/** A byte behind the picture's end makes it another file and leaves it the same picture. */
async function copies(files: readonly string[], target: string, round: number): Promise<void> {
  for (const file of files) {
    const own = path.join(target, path.basename(path.dirname(file)), path.basename(file))
    await mkdir(path.dirname(own), { recursive: true })
    await copyFile(file, own)
    await appendFile(own, `${stamp} ${round}`)
  }
}
