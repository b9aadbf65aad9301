/** How long a run would take, by one that was measured. */
import type { Measured, MeasuredStage } from './measured.js'
import type { Settings } from './settings.js'
import type { VersionViews } from './version-views.js'

/**
 * Loading by the views that are new, each stage by its epochs and training photos, judging and saving by the test photos; what a run
 * takes to get ready is taken from the measured one. Where both may stop early, this one is taken to stop as early, by the share.
 * @param aView seconds of one view that has to be computed
 * @returns seconds of the whole run
 */
export function secondsOf(
  { card, head, fineTune, settings: own }: Pick<Measured, 'card' | 'head' | 'fineTune' | 'settings'>,
  aView: number,
  settings: Settings,
  size: VersionViews,
): number {
  const timing = (phase: string) => card.timings[phase] ?? 0
  const gettingReady = Math.max(0, timing('loading') - card.features.computed * aView)
  const mayStop = settings.earlyStopping && own.earlyStopping
  const stage = ({ epochs, allowed, seconds }: MeasuredStage, wanted: number) =>
    wanted === 0 ? 0 : (seconds / (card.photos.train * epochs)) * size.train * wanted * (mayStop ? epochs / allowed : 1)
  const ending = timing('evaluating') + timing('saving') + timing('quantising')
  return (
    gettingReady +
    size.newViews * aView +
    stage(head, settings.stage1.epochs) +
    stage(fineTune, settings.stage2.epochs) +
    (ending * size.test) / card.photos.test
  )
}
