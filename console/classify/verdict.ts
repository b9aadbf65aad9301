/** What the answer means, in words. */
import type { Answer } from './sent-photo.js'

const reasons = {
  ENERGY: 'no class is supported much',
  CONFIDENCE: 'classes compete',
  NOVELTY: 'it looks like nothing that the network was trained on',
} as const

export function verdictOf({ ood, oodReasons, classLabel }: Answer): { title: string; because: string } {
  if (!ood) return { title: classLabel, because: 'Known: counted, and the photo forgotten.' }
  const why = oodReasons.map((reason) => reasons[reason]).join(', and ')
  return { title: `Perhaps ${classLabel}`, because: `Unknown: ${why}. It waits for an operator.` }
}
