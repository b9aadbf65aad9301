/** A run's folder becomes a model that can be trusted to serve, or is refused with the reason. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { messageOf } from '../errors.js'
import { type Card, goldenFile, onnxFile, readCard } from '../model/card.js'
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

/** Also warms the session: the first passes of a session are its slowest. */
async function checkGolden(folder: string, card: Card, inference: Inference): Promise<void> {
  const pixels = new Uint8Array(await readFile(path.join(folder, goldenFile)))
  if (pixels.length !== card.golden.photos * pixelsPerPhoto) throw new Error(`${goldenFile} has the wrong size`)
  const { logits } = await inference.run(pixels)
  const expected = card.golden.logits.flat()
  const difference = expected.reduce((max, logit, i) => Math.max(max, Math.abs(logit - (logits[i] ?? Number.NaN))), 0)
  // Written so that NaN fails.
  if (!(logits.length === expected.length && difference <= goldenTolerance))
    throw new Error(`its logits on the golden photos differ from the evaluation's by ${difference}`)
}

/** @throws Error with the reason, when the model must not serve. */
export async function loadModel(folder: string): Promise<{ card: Card; inference: Inference }> {
  const card = await readCard(folder)
  if (card.preprocessing !== preprocessing)
    throw new Error(
      `it was trained on pixels made by “${card.preprocessing}”, and this server makes “${preprocessing}”`,
    )
  await checkHashes(folder, card)
  let inference: Inference
  try {
    inference = await Inference.open(path.join(folder, onnxFile), availableParallelism())
  } catch (error) {
    throw new Error(`onnxruntime cannot load it: ${messageOf(error)}`, { cause: error })
  }
  try {
    await checkGolden(folder, card, inference)
  } catch (error) {
    await inference.close()
    throw error
  }
  return { card, inference }
}
