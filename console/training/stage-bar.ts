/** How far a run is, stage by stage. */
import type { TrainingStage } from '../generated/graphql.js'
import type { Story } from '../runs/story.js'
import type { Run } from './use-run.js'
import { isOn, stageOrder } from '../runs/words.js'

export interface Piece {
  readonly stage: TrainingStage
  readonly state: 'done' | 'now' | 'stopped' | 'ahead'
  /** 0 to 1; undefined: nobody can tell. */
  readonly share?: number
}

export function piecesOf(run: Run, story: Story): Piece[] {
  const has = stageOrder.filter(
    (stage) =>
      !(stage === 'HEAD' && run.settings.stage1.epochs === 0) &&
      !(stage === 'FINE_TUNE' && run.settings.stage2.epochs === 0),
  )
  if (run.status === 'COMPLETED') return has.map((stage) => ({ stage, state: 'done' }))
  const stage = (isOn(run.status) ? story.stage : undefined) ?? run.stage
  const at = stage ? has.indexOf(stage) : 0
  const hasBegun = run.status !== 'QUEUED' && stage !== null
  return has.map((stage, i) => {
    if (i < at) return { stage, state: 'done' }
    if (i > at || !hasBegun) return { stage, state: 'ahead' }
    return isOn(run.status) ? { stage, state: 'now', share: shareOf(story) } : { stage, state: 'stopped' }
  })
}

function shareOf({ progress, epochs }: Story): number | undefined {
  if (!progress || progress.total === 0) return undefined
  const within = progress.done / progress.total
  return progress.epoch === null || epochs === 0 ? within : (progress.epoch - 1 + within) / epochs
}
