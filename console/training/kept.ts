/** Of which epoch a stage leaves the weights: the last that was better than all before it. */
import type { EpochFragment } from '../generated/graphql.js'

type Stage = 'HEAD' | 'FINE_TUNE'
const names: Readonly<Record<Stage, string>> = { HEAD: 'of the head', FINE_TUNE: 'of the fine-tuning' }

/** @returns undefined: none was better than what the stage began with, or the run is of an earlier WasteX */
export const keptOf = (epochs: readonly EpochFragment[], stage: Stage): number | undefined =>
  epochs.findLast((epoch) => epoch.stage === stage && epoch.best)?.epoch

/** The epoch whose weights became the model's; undefined: those that it began with, or the run is of an earlier WasteX. */
export const lastKept = (epochs: readonly EpochFragment[]): EpochFragment | undefined =>
  epochs.findLast(({ stage, best }) => stage === 'FINE_TUNE' && best) ??
  epochs.findLast(({ stage, best }) => stage === 'HEAD' && best)

/**
 * @param isDone the run is COMPLETED: before that nothing is kept, and what was stopped can go on
 * @returns '' while there is nothing to say, and for runs of an earlier WasteX
 */
export function keptSaid(epochs: readonly EpochFragment[], isDone: boolean): string {
  const of = (stage: Stage) => epochs.filter((epoch) => epoch.stage === stage)
  if (epochs.length === 0 || epochs.some(({ best }) => best === null)) return ''
  const judgedBy = epochs.some(({ valLoss }) => valLoss !== null) ? ', by validation loss' : ''
  const [head, tuned] = [keptOf(epochs, 'HEAD'), keptOf(epochs, 'FINE_TUNE')]
  const stage = tuned === undefined ? 'HEAD' : 'FINE_TUNE'
  const kept = tuned ?? head
  const best =
    kept === undefined
      ? 'the weights that it began with'
      : `epoch ${kept} of ${of(stage).length} ${names[stage]}${judgedBy}`
  const undone =
    of('FINE_TUNE').length > 0 && tuned === undefined
      ? `${isDone ? 'No' : 'So far no'} epoch of fine-tuning was better than what it began with${isDone ? ': it was undone' : ''}. `
      : ''
  return `${undone}${isDone ? 'Kept' : 'Best so far'}: ${best}.`
}
