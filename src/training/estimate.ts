/** How long a training would take, by what was measured of those before it on this server. */
import type { TrainingRun } from '../db.js'
import type { Hall } from '../hall.js'
import { computedOf, headBlocks } from './head-blocks.js'
import { type Measured, measuredRuns } from './measured.js'
import { type Plan, planOf } from './plan.js'
import { recipes } from './recipes.js'
import type { Settings, TrainingInput } from './settings.js'
import { secondsOf } from './seconds-of.js'
import { versionViews } from './version-views.js'

export interface TrainingEstimate {
  /** null: nothing like it was measured yet. */
  readonly seconds: number | null
  /** Of photos, that the frozen part is wanted of. */
  readonly views: number
  /** Those of them that the feature cache lacks. */
  readonly newViews: number
  /** Of both stages, at most. */
  readonly epochs: number
  /** With every default filled in. */
  readonly settings: Settings
  readonly startsFrom: TrainingRun | null
  /** Whose speed it is. */
  readonly basedOn: TrainingRun | null
  readonly untrainable: readonly string[]
}

/** As `Training.start` would have it, and starts nothing. @throws WasteXError NOT_FOUND, BAD_USER_INPUT, TRAINING_UNAVAILABLE */
export async function estimateTraining(hall: Hall, input: TrainingInput): Promise<TrainingEstimate> {
  const plan = await planOf(hall, input)
  const { settings, startedFrom, version, classLabels, untrainable } = plan
  const recipe = recipes[settings.recipe]
  const runs = await measuredRuns(hall, settings.recipe)
  // Those of the last run: which ones this one would find shows when it begins, and maybe downloads them.
  const backbone = runs[0]?.card.backbone.sha256
  const computed = computedOf(headBlocks(recipe, settings, startedFrom !== undefined))
  const size = await versionViews(hall, version, classLabels, recipe, computed, backbone)
  const { views, newViews } = size
  const aView = secondsAView(runs)
  const like = aView === undefined && newViews > 0 ? [] : runs.filter((run) => hasMeasured(run, plan))
  const basedOn = like.find(({ run }) => (run.startedFromId === null) === (startedFrom === undefined)) ?? like[0]
  return {
    seconds: basedOn ? secondsOf(basedOn, aView ?? 0, settings, size) : null,
    views,
    newViews,
    epochs: settings.stage1.epochs + settings.stage2.epochs,
    settings,
    startsFrom: startedFrom ?? null,
    basedOn: basedOn?.run ?? null,
    untrainable,
  }
}

/** Whether it went through every stage that this one would, as deep. */
const hasMeasured = ({ head, fineTune, settings: own }: Measured, { settings: { stage1, stage2 } }: Plan): boolean =>
  (stage1.epochs === 0 || head.epochs > 0) &&
  (stage2.epochs === 0 || (fineTune.epochs > 0 && own.stage2.layers === stage2.layers))

/** By the run that computed most: of a few views the time is that of getting ready. @returns undefined when none computed any */
function secondsAView(runs: readonly Measured[]): number | undefined {
  const [most] = runs.toSorted((a, b) => b.card.features.computed - a.card.features.computed)
  const { features, timings = {} } = most?.card ?? {}
  return features && features.computed > 0 ? (timings['loading'] ?? 0) / features.computed : undefined
}
