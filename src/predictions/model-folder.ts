/** A run's folder becomes a model that can be trusted to serve, or is refused with the reason. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { messageOf } from '../errors.js'
import { type Artefact, type Card, cardFile, goldenFile, onnxFile, readCard } from '../model/card.js'
import { pixelsPerPhoto, preprocessing } from '../photos/pixels.js'
import { Inference } from './inference.js'

/** Largest |difference of logits| between evaluation and loaded model. Same engine, same machine: rounding alone. */
const goldenTolerance = 1e-3

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}

async function checkHashes(folder: string, card: Card): Promise<void> {
  for (const name of [onnxFile, goldenFile]) {
    const stated = card.files.find((file) => file.name === name)
    if (!stated) throw new Error(`its card does not list ${name}`)
    const found = await sha256(path.join(folder, name)).catch(() => undefined)
    if (found === undefined) throw new Error(`${name} is missing`)
    if (found !== stated.sha256) throw new Error(`${name} is not the file that the card describes`)
  }
}

/** The card has no hash in itself: the database has it. */
async function checkCard(folder: string, card: Card, run: ModelOfRun): Promise<void> {
  if (card.run.id !== run.id) throw new Error(`its ${cardFile} is that of run “${card.run.name}”`)
  const same =
    card.classLabels.length === run.classLabels.length &&
    card.classLabels.every((label, i) => label === run.classLabels[i])
  if (!same) throw new Error(`its ${cardFile} has other class labels than the run`)
  const stated = run.artefacts.find(({ name }) => name === cardFile)
  if (stated && (await sha256(path.join(folder, cardFile))) !== stated.sha256)
    throw new Error(`its ${cardFile} was changed after the run had written it`)
}

/** Also warms the session: the first passes of a session are its slowest. */
async function checkGolden(folder: string, card: Card, inference: Inference): Promise<void> {
  const pixels = new Uint8Array(await readFile(path.join(folder, goldenFile)))
  if (pixels.length !== card.golden.photos * pixelsPerPhoto) throw new Error(`${goldenFile} has the wrong size`)
  if (pixels.length === 0) throw new Error(`${goldenFile} has no photo to try it on`)
  const { logits } = await inference.run(pixels)
  const expected = card.golden.logits.flat()
  if (logits?.length !== card.golden.photos * card.classLabels.length)
    throw new Error(`it does not give ${card.classLabels.length} logits a photo`)
  const difference = expected.reduce((max, logit, i) => Math.max(max, Math.abs(logit - (logits[i] ?? Number.NaN))), 0)
  // Written so that NaN fails.
  if (!(logits.length === expected.length && difference <= goldenTolerance))
    throw new Error(`its logits on the golden photos differ from the evaluation's by ${difference}`)
}

/** What the database knows of the model in a folder. */
export interface ModelOfRun {
  readonly id: string
  readonly classLabels: readonly string[]
  readonly artefacts: readonly Pick<Artefact, 'name' | 'sha256'>[]
}

/** @throws Error with the reason, when the model must not serve. */
export async function loadModel(folder: string, run: ModelOfRun): Promise<{ card: Card; inference: Inference }> {
  const card = await readCard(folder)
  await checkCard(folder, card, run)
  if (card.preprocessing !== preprocessing)
    throw new Error(
      `it was trained on pixels made by “${card.preprocessing}”, and this server makes “${preprocessing}”`,
    )
  await checkHashes(folder, card)
  let inference: Inference
  try {
    inference = await Inference.open(path.join(folder, onnxFile), availableParallelism())
  } catch (error) {
    // Its words go to clients, who are shown no path.
    const reason = messageOf(error).replaceAll(folder + path.sep, '')
    throw new Error(`onnxruntime cannot load it: ${reason}`, { cause: error })
  }
  try {
    await checkGolden(folder, card, inference)
  } catch (error) {
    await inference.close()
    throw error
  }
  return { card, inference }
}
