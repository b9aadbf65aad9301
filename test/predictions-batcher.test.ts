/** Calls that come together share a pass; here through a real session on a small network's ONNX file. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { logitsOf } from '../src/model/network/expression.js'
import { onnxModel } from '../src/model/network/onnx.js'
import { pixelsPerPhoto } from '../src/photos/pixels.js'
import { Batcher } from '../src/predictions/batcher.js'
import { Inference } from '../src/predictions/inference.js'
import { randomConvolutions, randomDense } from './support/network.js'

let folder: string
let inference: Inference
/** Photos of each pass. */
const passes: number[] = []

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'wastex-batcher-'))
  const model = path.join(folder, 'model.onnx')
  // The first blocks alone: seconds would go into the rest.
  const head = { blocks: ['mixed0'], layers: [randomDense(256, 3, 2)] }
  await writeFile(model, onnxModel({ convolutions: randomConvolutions(1), outputs: { logits: logitsOf(head) } }))
  inference = await Inference.open(model, 1)
  const run = inference.run.bind(inference)
  inference.run = (pixels) => {
    passes.push(pixels.length / pixelsPerPhoto)
    return run(pixels)
  }
})
afterAll(async () => {
  await inference.close()
  await rm(folder, { recursive: true, force: true })
})

const photo = (n: number) => new Uint8Array(pixelsPerPhoto).map((_, i) => (i * (n + 3)) % 251)

describe('calls at once', () => {
  it('share passes, and each gets its own answer', async () => {
    const alone: number[][] = []
    const one = new Batcher(inference)
    for (let n = 0; n < 20; n++) alone.push([...(await one.infer(photo(n))).logits])
    expect(passes.splice(0)).toEqual(Array(20).fill(1))

    const batcher = new Batcher(inference)
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => batcher.infer(photo(n))))
    expect(passes.reduce((sum, photos) => sum + photos, 0)).toBe(20)
    // The first finds the network idle and goes in alone; the others share.
    expect(passes.length).toBeLessThanOrEqual(7)
    expect(Math.max(...passes)).toBe(4)
    answers.forEach(({ logits, novelty }, n) => {
      expect(novelty).toBeNaN()
      logits.forEach((logit, c) => expect(logit).toBeCloseTo(alone[n]?.[c] ?? Number.NaN, 3))
    })
    expect(new Set(answers.map(({ logits }) => logits[0])).size).toBe(20)
  })

  it('are refused beyond the queue, with a time to come back; those taken are answered', async () => {
    const batcher = new Batcher(inference)
    const same = photo(1)
    const taken: Promise<unknown>[] = []
    let refused: unknown
    try {
      for (let i = 0; i < 1_000; i++) taken.push(batcher.infer(same))
    } catch (error) {
      refused = error
    }
    expect(refused).toMatchObject({ code: 'OVERLOADED' })
    expect((refused as { details: { retryAfterMs: number } }).details.retryAfterMs).toBeGreaterThan(0)
    let drained = false
    const drain = batcher.drain().then(() => (drained = true))
    await Promise.all(taken)
    await drain
    expect(drained).toBe(true)
  })

  it('are drained when nothing waits, at once', async () => {
    await expect(new Batcher(inference).drain()).resolves.toBeUndefined()
  })

  it('are answered before their thread is stopped; later ones are refused', async () => {
    const dying = await Inference.open(path.join(folder, 'model.onnx'), 1)
    const batcher = new Batcher(dying)
    const answers = Array.from({ length: 3 }, (_, n) => batcher.infer(photo(n)))
    // The batch is under way when its thread is asked to end: inside onnxruntime that would take the process along.
    await new Promise<void>((resolve) => {
      const run = dying.run.bind(dying)
      dying.run = (pixels) => {
        resolve()
        return run(pixels)
      }
    })
    await dying.close()
    for (const { logits } of await Promise.all(answers)) expect(logits).toHaveLength(3)
    await expect(batcher.infer(photo(1))).rejects.toThrow('the inference thread has ended')
    await batcher.drain()
  })
})

it('a file that is no model does not open, and leaves no thread', async () => {
  const broken = path.join(folder, 'broken.onnx')
  await writeFile(broken, 'no protobuf')
  const threads = new Set<unknown>()
  const gone: Promise<unknown>[] = []
  const watch = (worker: import('node:worker_threads').Worker) => {
    threads.add(worker)
    gone.push(new Promise((resolve) => worker.once('exit', resolve)))
  }
  process.on('worker', watch)
  await expect(Inference.open(broken, 1)).rejects.toThrow()
  process.off('worker', watch)
  expect(threads.size).toBe(1)
  await Promise.all(gone)
})
