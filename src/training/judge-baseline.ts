/** What an older model says of photos: as it said when it was judged itself, and by asking it again where it was not. */
import path from 'node:path'
import { readPredictions } from '../evaluation/predictions-csv.js'
import { type Card, onnxFile, readCard } from '../model/card.js'
import { checkCardFile, checkFile, readChecked, type Stated } from '../model/checked-file.js'
import { judge } from './judge.js'
import type { TrainingPhoto } from './job.js'

const predictionsFile = 'predictions.csv'

/**
 * A spoiled model would be worse than the new one, which would take its place for that: what is not as it was written is not asked.
 * @returns logits float32 [photos, its classes] @throws Error that says what is wrong with its folder
 */
export async function judgeBaseline(
  folder: string,
  stated: Stated,
  photos: readonly TrainingPhoto[],
  checkStop: () => void,
): Promise<{ card: Card; logits: Float32Array }> {
  const card = await readCard(folder)
  await checkCardFile(folder, stated)
  const said = await saidBefore(folder, card)
  const asked = photos.filter((photo) => !said.has(photo.contentHash))
  if (asked.length > 0) {
    await checkFile(folder, card, onnxFile)
    const { logits } = await judge(path.join(folder, onnxFile), asked, checkStop)
    const classes = card.classLabels.length
    asked.forEach((photo, i) => said.set(photo.contentHash, [...logits.subarray(i * classes, (i + 1) * classes)]))
  }
  return { card, logits: Float32Array.from(photos.flatMap((photo) => said.get(photo.contentHash) ?? [])) }
}

/** By content hash. Its predictions are believed when they are those that its card lists. */
async function saidBefore(folder: string, card: Card): Promise<Map<string, number[]>> {
  const text = await readChecked(folder, card, predictionsFile).catch(() => undefined) // it is asked again, then
  return text ? readPredictions(text.toString(), card.classLabels) : new Map()
}
