import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { ClassifyDocument, type ClassifyMutation } from '../documents/generated/graphql.js'
import type { Client } from './client.js'
import type { Sample } from './draw.js'
import { Progress, say } from './screen.js'

export interface Seen {
  sample: Sample
  answer: ClassifyMutation['classify']
}

/** Photos on their way at once, as from several phones. */
const phones = 4

/** Sends every photo to be classified. @returns in the order of the photos */
export async function sendPhotos(client: Client, samples: readonly Sample[]): Promise<Seen[]> {
  const progress = new Progress('photos sent')
  const seen: Seen[] = []
  let next = 0
  const began = performance.now()
  const phone = async () => {
    for (let i = next++; i < samples.length; i = next++) {
      const sample = samples[i]
      if (!sample) return
      const file = new File([await readFile(sample.path)], path.basename(sample.path), { type: 'image/jpeg' })
      const { classify } = await client.upload(ClassifyDocument, 'image', file)
      seen[i] = { sample, answer: classify }
      progress.show(seen.filter(Boolean).length, samples.length)
    }
  }
  await Promise.all(Array.from({ length: phones }, phone))
  progress.end(`${samples.length} photos classified in ${((performance.now() - began) / 1000).toFixed(1)} s`)
  return seen
}

/** One line a kind of photo: how many were named rightly, how many went to review. */
export function tellAnswers(seen: readonly Seen[], newClass: string): void {
  const kinds = {
    'of known classes': seen.filter(({ sample }) => sample.classLabel !== null && sample.classLabel !== newClass),
    [`of “${newClass}”`]: seen.filter(({ sample }) => sample.classLabel === newClass),
    'of other things': seen.filter(({ sample }) => sample.classLabel === null),
  }
  for (const [kind, of] of Object.entries(kinds)) {
    if (of.length === 0) continue
    const review = of.filter(({ answer }) => answer.ood)
    const right = of.filter(({ sample, answer }) => !answer.ood && answer.classLabel === sample.classLabel)
    const reasons = ['ENERGY', 'CONFIDENCE', 'NOVELTY'] as const
    const why = reasons.flatMap((reason) => {
      const count = review.filter(({ answer }) => answer.oodReasons.includes(reason)).length
      return count > 0 ? [`${count} by ${reason.toLowerCase()}`] : []
    })
    const because = why.length > 0 ? ` (${why.join(', ')})` : ''
    say(
      `${String(of.length).padStart(3)} ${kind.padEnd(18)} ${right.length} named and counted, ${review.length} to review${because}`,
    )
  }
}
