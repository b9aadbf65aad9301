/** What the answer means, in words. */
import type { Answer, SentPhoto } from './sent-photo.js'

const reasons = {
  ENERGY: 'no class is supported much',
  CONFIDENCE: 'classes compete',
  NOVELTY: 'it looks like nothing that the network was trained on',
} as const

interface Verdict {
  readonly title: string
  readonly because: string
  /** An operator has it before them, sooner or later. */
  readonly waits: boolean
}

/** @param disputed what came of saying that the answer is wrong */
export function verdictOf({ ood, oodReasons, classLabel, image }: Answer, disputed?: SentPhoto['disputed']): Verdict {
  const waits = disputed === 'waits' || (image !== null && !image.reviewed)
  const becomes = waits
    ? 'It waits for an operator.'
    : 'No operator will look: this very photo was decided on before, or erased.'
  if (!ood) {
    const kept = image !== null || disputed !== undefined
    return {
      title: classLabel,
      because: kept ? `Known. ${becomes}` : 'Known: counted, and the photo forgotten.',
      waits,
    }
  }
  const why = oodReasons.map((reason) => reasons[reason]).join(', and ')
  return { title: `Perhaps ${classLabel}`, because: `Unknown: ${why}. ${becomes}`, waits }
}
