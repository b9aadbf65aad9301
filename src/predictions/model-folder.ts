/** A run's folder becomes a model that can be trusted to serve, or is refused with the reason. */
import path from 'node:path'
import type { Precision } from '../config.js'
import { messageOf } from '../errors.js'
import { type Card, cardFile, goldenFile, onnxFile, quantisedFile, readCard } from '../model/card.js'
import { checkCardFile, checkFile, readChecked, type Stated } from '../model/checked-file.js'
import { pixelsPerPhoto, preprocessing } from '../photos/pixels.js'
import type { Pace } from './pace.js'
import { Streams } from './streams.js'

/**
 * Largest |difference of logits| between evaluation and loaded model. Same engine, same machine: rounding alone. In 8 bits a value
 * that rounds the other way is a whole step; a processor without 8-bit dot products lets sums overflow, and is far off.
 */
const goldenTolerance = { float32: 1e-3, int8: 5e-2 }

async function checkCard(folder: string, card: Card, run: ModelOfRun): Promise<void> {
  if (card.run.id !== run.id) throw new Error(`its ${cardFile} is that of run “${card.run.name}”`)
  const same =
    card.classLabels.length === run.classLabels.length &&
    card.classLabels.every((label, i) => label === run.classLabels[i])
  if (!same) throw new Error(`its ${cardFile} has other class labels than the run`)
  await checkCardFile(folder, run.artefacts)
}

/** What a file of a run is believed by. */
interface Golden {
  readonly card: Card
  /** uint8 [photos, 299, 299, 3] */
  readonly pixels: Uint8Array
  /** [photos, classes] */
  readonly expected: readonly (readonly number[])[]
  readonly tolerance: number
}

async function readGolden(folder: string, card: Card): Promise<Uint8Array> {
  const pixels = await readChecked(folder, card, goldenFile)
  if (pixels.length !== card.golden.photos * pixelsPerPhoto) throw new Error(`${goldenFile} has the wrong size`)
  if (pixels.length === 0) throw new Error(`${goldenFile} has no photo to try it on`)
  return pixels
}

/** Every session tries some of them, which also warms it: a session's first pass is its slowest. */
async function checkGolden({ card, pixels, expected, tolerance }: Golden, streams: Streams, pace: Pace): Promise<void> {
  const { photos } = card.golden
  // All cores together the first one, the streams the others in turn.
  for (let i = 0; i < Math.max(photos, streams.count + 1); i++) {
    const at = i % photos
    const some = [pixels.subarray(at * pixelsPerPhoto, (at + 1) * pixelsPerPhoto)]
    const compute = () => (i === 0 ? streams.together(some) : streams.some(some, (i - 1) % streams.count))
    const [outputs] = await pace(compute)
    checkLogits(card, expected[at] ?? [], outputs?.['logits'], tolerance)
    // Written so that none at all fails, too.
    if (card.thresholds.novelty !== null && !Number.isFinite(outputs?.['novelty']?.[0]))
      throw new Error('it does not measure novelty, and its card has a limit for it')
  }
}

function checkLogits(card: Card, said: readonly number[], logits: Float32Array | undefined, tolerance: number): void {
  if (logits?.length !== card.classLabels.length)
    throw new Error(`it does not give ${card.classLabels.length} logits a photo`)
  const difference = said.reduce((max, logit, i) => Math.max(max, Math.abs(logit - (logits[i] ?? Number.NaN))), 0)
  // Written so that NaN fails.
  if (!(logits.length === said.length && difference <= tolerance))
    throw new Error(`its logits on the golden photos differ from the evaluation's by ${difference}`)
}

/** What the database knows of the model in a folder. */
export interface ModelOfRun {
  readonly id: string
  readonly classLabels: readonly string[]
  readonly artefacts: Stated
}

export interface LoadedModel {
  readonly card: Card
  readonly streams: Streams
  readonly precision: Precision
  /** Why it computes in float32 although int8 was asked for. */
  readonly int8Refused?: string
}

/**
 * In int8 where that is wanted, the run offers it, and it says on this machine what it said when it was judged; else in float32.
 * @throws Error with the reason, when the model must not serve.
 */
export async function loadModel(folder: string, run: ModelOfRun, wanted: Precision, pace: Pace): Promise<LoadedModel> {
  const card = await readCard(folder)
  await checkCard(folder, card, run)
  if (card.preprocessing !== preprocessing)
    throw new Error(
      `it was trained on pixels made by “${card.preprocessing}”, and this server makes “${preprocessing}”`,
    )
  const pixels = await readGolden(folder, card)
  if (wanted === 'float32') return openFloat32(folder, card, pixels, pace)
  try {
    return await openInt8(folder, card, pixels, pace)
  } catch (error) {
    return { ...(await openFloat32(folder, card, pixels, pace)), int8Refused: messageOf(error) }
  }
}

async function openFloat32(folder: string, card: Card, pixels: Uint8Array, pace: Pace): Promise<LoadedModel> {
  const golden = { card, pixels, expected: card.golden.logits, tolerance: goldenTolerance.float32 }
  return { card, streams: await openTrusted(folder, onnxFile, golden, pace), precision: 'float32' }
}

async function openInt8(folder: string, card: Card, pixels: Uint8Array, pace: Pace): Promise<LoadedModel> {
  const { quantised } = card
  if (!quantised) throw new Error(`the run has no ${quantisedFile}`)
  if (quantised.refused !== null) throw new Error(quantised.refused)
  const golden = { card, pixels, expected: quantised.golden.logits, tolerance: goldenTolerance.int8 }
  return { card, streams: await openTrusted(folder, quantisedFile, golden, pace), precision: 'int8' }
}

async function openTrusted(folder: string, file: string, golden: Golden, pace: Pace): Promise<Streams> {
  await pace(() => checkFile(folder, golden.card, file))
  // By its path and not as bytes, which would be 90 MB a stream beside the model that serves. Were the file another by the time that a
  // thread opens it, that thread would say otherwise of the golden photos.
  let streams: Streams
  try {
    streams = await Streams.open(path.join(folder, file), { lonePhotos: true, pace })
  } catch (error) {
    // Its words go to clients, who are shown no path.
    const reason = messageOf(error).replaceAll(folder + path.sep, '')
    throw new Error(`onnxruntime cannot load it: ${reason}`, { cause: error })
  }
  try {
    await checkGolden(golden, streams, pace)
  } catch (error) {
    await streams.close()
    throw error
  }
  return streams
}
