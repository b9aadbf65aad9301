/**
 * Makes a run know some photos and send others to review, whatever its network thinks of them: tests of what happens then do not
 * depend on how good a small model is. Its novelty limit is set between the two, and its other tests let everything pass.
 */
import path from 'node:path'
import { expect } from 'vitest'
import type { TrainingRun } from '../../src/db.js'
import { onnxFile } from '../../src/model/card.js'
import { decode } from '../../src/photos/decode.js'
import { judge } from '../../src/training/judge.js'
import { changeCard } from './change-card.js'
import type { TestHall } from './hall.js'

interface Photos {
  readonly known: readonly Buffer[]
  readonly unknown: readonly Buffer[]
}

/**
 * Before the run serves: a server reads its limits when it loads the model.
 * @param photos `known`: candidates that the run was trained on, so that some lie nearer to its training photos than any other
 * @returns those of `known` that the run knows, at least one, and all of `unknown`
 */
export async function tellApart(
  place: Pick<TestHall, 'db' | 'config'>,
  run: TrainingRun,
  { known, unknown }: Photos,
): Promise<Photos> {
  const model = path.join(place.config.modelsDir, run.name, onnxFile)
  const pixels = await Promise.all([...known, ...unknown].map(async (bytes) => (await decode(bytes)).pixels))
  const { novelty } = await judge(model, pixels, () => {})
  const nearest = Math.min(...novelty.slice(0, known.length))
  const limit = (nearest + Math.min(...novelty.slice(known.length))) / 2
  expect(limit, 'halfway from the nearest training photo to the nearest other one').toBeGreaterThan(nearest)
  const thresholds = { energy: Number.MAX_VALUE, confidence: 0, novelty: limit }
  await changeCard(place, run, (card) => (card.thresholds = thresholds))
  return { known: known.filter((_, i) => (novelty[i] ?? limit) < limit), unknown }
}
