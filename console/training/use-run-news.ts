import { type RunRowFragment, RunPromotedDocument, RunsChangedDocument } from '../generated/graphql.js'
import { useLive } from '../talk/live.js'

/** @param heard told of each run that starts, ends, goes on or begins to serve @param gap news may have been missed */
export function useRunNews(heard: (run: RunRowFragment) => void, gap: () => void): void {
  useLive(RunsChangedDocument, {}, { next: ({ trainingRunChanged }) => heard(trainingRunChanged), gap })
  useLive(RunPromotedDocument, {}, { next: ({ modelPromoted }) => heard(modelPromoted) })
}
