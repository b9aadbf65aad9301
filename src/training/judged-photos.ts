/** What was said of each test photo, as the database keeps it. */
import { argmax, softmax } from '../predictions/ood.js'
import type { JudgedPhoto, TrainingPhoto } from './job.js'
import type { Judged } from './judge.js'
import { rows } from './rows.js'

/** @param said what the older model says, by content hash */
export function judgedPhotos(
  photos: readonly TrainingPhoto[],
  { logits }: Judged,
  classLabels: readonly string[],
  said: ReadonlyMap<string, string>,
): JudgedPhoto[] {
  const own = rows(logits, classLabels.length)
  return photos.map(({ contentHash, classLabel }, i) => {
    const probabilities = softmax(own[i] ?? [])
    const predicted = argmax(own[i] ?? [])
    return {
      contentHash,
      classLabel,
      predicted: classLabels[predicted] ?? '',
      confidence: probabilities[predicted] ?? 0,
      labelProbability: probabilities[classLabels.indexOf(classLabel)] ?? 0,
      baselinePredicted: said.get(contentHash) ?? null,
    }
  })
}
