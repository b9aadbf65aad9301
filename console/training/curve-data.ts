/** Epochs as the lines of a chart. */
import type { Line } from '../charts/line-options.js'
import type { Section } from '../charts/sections.js'
import type { EpochFragment } from '../generated/graphql.js'
import { lastKept } from './kept.js'

export interface Curves {
  readonly run: string
  readonly epochs: readonly EpochFragment[]
}

export interface Figure {
  readonly training: 'loss' | 'accuracy'
  readonly validation: 'valLoss' | 'valAccuracy'
}

const names = { HEAD: 'Head', FINE_TUNE: 'Fine-tune' } as const
type EpochStage = keyof typeof names
const inStage = (epochs: readonly EpochFragment[], stage: EpochStage) => epochs.filter((epoch) => epoch.stage === stage)

/** How much room a stage begins with; it doubles when that is full, up to what is planned. */
const firstRoom = 40

/**
 * Each stage is as long as that of the longer run; while the run is on, as long as it may yet become.
 * @param planned epochs at most of each stage; undefined: the run is over
 */
export function sectionsOf(
  mine: readonly EpochFragment[],
  behind: readonly EpochFragment[],
  planned: Record<EpochStage, number> | undefined,
): Section[] {
  return (['HEAD', 'FINE_TUNE'] as const).map((stage) => {
    const done = inStage(mine, stage).length
    const isPassed = stage === 'HEAD' && inStage(mine, 'FINE_TUNE').length > 0
    let room = firstRoom
    while (room < done) room *= 2
    const own = planned && !isPassed ? Math.max(done, Math.min(planned[stage], room)) : done
    return { name: names[stage], length: Math.max(own, inStage(behind, stage).length) }
  })
}

/** @param isDone the model is made: its curves tell of the epoch that was kept */
export function linesOf(mine: Curves, behind: Curves | undefined, figure: Figure, isDone: boolean): Line[] {
  const ofOne = ({ run, epochs }: Curves, isBehind: boolean): Line[] => {
    const kept = isDone || isBehind ? lastKept(epochs) : undefined
    const valuesOf = (field: keyof EpochFragment) =>
      Object.fromEntries(
        (['HEAD', 'FINE_TUNE'] as const).map((stage) => [
          names[stage],
          inStage(epochs, stage).map((epoch) => epoch[field] as number | null),
        ]),
      )
    const told = kept && { section: names[kept.stage as EpochStage], step: kept.epoch }
    const look = { of: run, isBehind, told }
    return [
      {
        ...look,
        name: 'training',
        colour: '--line-training',
        isDashed: true,
        values: valuesOf(figure.training),
      },
      { ...look, name: 'validation', colour: '--line-validation', values: valuesOf(figure.validation) },
    ]
  }
  return [...(behind ? ofOne(behind, true) : []), ...ofOne(mine, false)]
}

/** `Loss of run-2: training 0.410, validation 0.520 after epoch 12 of at most 40 (head).` */
export function saidOf(
  what: string,
  { run, epochs }: Curves,
  { training, validation }: Figure,
  say: (value: number) => string,
  most: Record<EpochStage, number> | undefined,
  isDone: boolean,
): string {
  const last = (isDone ? lastKept(epochs) : undefined) ?? epochs.at(-1)
  if (!last) return `${what} of ${run}: no epoch yet`
  const stage = last.stage as EpochStage
  const value = last[validation]
  const judged = value === null ? '' : `, validation ${say(value)}`
  return `${what} of ${run}: training ${say(last[training])}${judged} after epoch ${last.epoch}${most ? ` of at most ${most[stage]}` : ''} (${names[stage].toLowerCase()})`
}
