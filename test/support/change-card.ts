/** A run's folder as another WasteX would have written it. */
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { TrainingRun } from '../../src/db.js'
import { artefactsOf, type Card } from '../../src/model/card.js'
import type { TestHall } from './hall.js'

/** @param change of the card as it lies there @param files of the folder that are written anew: the card vouches for them, the row for the card. */
export async function changeCard(
  { db, config }: Pick<TestHall, 'db' | 'config'>,
  run: TrainingRun,
  change: (card: Card) => void,
  files: Readonly<Record<string, Uint8Array>> = {},
): Promise<void> {
  const inFolder = (name: string) => path.join(config.modelsDir, run.name, name)
  const card = JSON.parse(await readFile(inFolder('card.json'), 'utf8')) as Card
  change(card)
  for (const [name, bytes] of Object.entries(files)) {
    card.files = vouched(card.files, name, bytes)
    await writeFile(inFolder(name), bytes)
  }
  const text = Buffer.from(JSON.stringify(card))
  await writeFile(inFolder('card.json'), text)
  const artefacts = vouched(artefactsOf(run), 'card.json', text)
  await db.trainingRun.update({ where: { id: run.id }, data: { artefacts } })
}

const vouched = <T extends { name: string }>(files: readonly T[], name: string, bytes: Uint8Array): T[] =>
  files.map((one) =>
    one.name === name ? { ...one, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') } : one,
  )
