/** What an older model says of photos: as it said when it was judged itself, and by asking it again where it was not. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { readPredictions } from '../evaluation/predictions-csv.js'
import { type Card, onnxFile, readCard } from '../model/card.js'
import { contentHash } from '../photos/identity.js'
import { judge } from './judge.js'
import type { TrainingPhoto } from './job.js'

const predictionsFile = 'predictions.csv'

/** @returns logits float32 [photos, its classes] @throws Error that says what is wrong with its folder */
export async function judgeBaseline(
  folder: string,
  photos: readonly TrainingPhoto[],
  checkStop: () => void,
): Promise<{ card: Card; logits: Float32Array }> {
  const card = await readCard(folder)
  const said = await saidBefore(folder, card)
  const asked = photos.filter((photo) => !said.has(photo.contentHash))
  if (asked.length > 0) {
    const { logits } = await judge(path.join(folder, onnxFile), asked, checkStop)
    const classes = card.classLabels.length
    asked.forEach((photo, i) => said.set(photo.contentHash, [...logits.subarray(i * classes, (i + 1) * classes)]))
  }
  return { card, logits: Float32Array.from(photos.flatMap((photo) => said.get(photo.contentHash) ?? [])) }
}

/** By content hash. Its predictions are believed when they are those that its card lists. */
async function saidBefore(folder: string, card: Card): Promise<Map<string, number[]>> {
  const text = await readFile(path.join(folder, predictionsFile)).catch(() => undefined)
  const stated = card.files.find(({ name }) => name === predictionsFile)
  if (!text || !stated || contentHash(text) !== stated.sha256) return new Map()
  return readPredictions(text.toString(), card.classLabels)
}
