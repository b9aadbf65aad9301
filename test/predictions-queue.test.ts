/** How photos share the cores; here through real sessions on a small network's ONNX file. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { logitsOf } from '../src/model/network/expression.js'
import { headOutputs } from '../src/model/network/heat.js'
import { onnxModel } from '../src/model/network/onnx.js'
import { pixelsPerPhoto } from '../src/photos/pixels.js'
import { maxWaiting, Queue } from '../src/predictions/queue.js'
import { Streams } from '../src/predictions/streams.js'
import { during } from '../src/request.js'
import { randomConvolutions, randomDense } from './support/network.js'

let folder: string
let streams: Streams
/** Who computed: all cores, or a stream; and how many photos. */
const passes: { by: 'all' | number; photos: number }[] = []

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'wastex-queue-'))
  const model = path.join(folder, 'model.onnx')
  // The first blocks alone: seconds would go into the rest.
  const head = { blocks: ['mixed0'], layers: [randomDense(256, 3, 2)] }
  await writeFile(model, onnxModel({ convolutions: randomConvolutions(1), outputs: headOutputs(head) }))
  streams = await Streams.open(model, { lonePhotos: true })
  const together = streams.together.bind(streams)
  const some = streams.some.bind(streams)
  streams.together = (photos, heat) => {
    passes.push({ by: 'all', photos: photos.length })
    return together(photos, heat)
  }
  streams.some = (photos, stream, heat) => {
    passes.push({ by: stream, photos: photos.length })
    return some(photos, stream, heat) as never
  }
})
afterAll(async () => {
  await streams.close()
  await rm(folder, { recursive: true, force: true })
})

const photo = (n: number) => new Uint8Array(pixelsPerPhoto).map((_, i) => (i * (n + 3)) % 251)

const answersAlone = async (photos: number) => {
  const queue = new Queue(streams)
  const answers: number[][] = []
  for (let n = 0; n < photos; n++) answers.push([...(await queue.infer(photo(n))).logits])
  return answers
}

describe('photos', () => {
  it('that come alone are computed by all cores together', async () => {
    await answersAlone(3)
    expect(passes.splice(0)).toEqual(Array.from({ length: 3 }, () => ({ by: 'all', photos: 1 })))
  })

  it('that come at once are shared out among the streams, and each has its own answer', async () => {
    const alone = await answersAlone(20)
    passes.splice(0)
    const queue = new Queue(streams)
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => queue.infer(photo(n))))
    // The first finds the network idle.
    expect(passes.splice(0, 1)).toEqual([{ by: 'all', photos: 1 }])
    expect(passes.map(({ photos }) => photos)).toEqual(Array.from({ length: 19 }, () => 1))
    expect(new Set(passes.splice(0).map(({ by }) => by)).size).toBe(streams.count)
    answers.forEach(({ logits, novelty }, n) => {
      expect(novelty).toBeNaN()
      logits.forEach((logit, c) => expect(logit).toBeCloseTo(alone[n]?.[c] ?? Number.NaN, 4))
    })
    expect(new Set(answers.map(({ logits }) => logits[0])).size).toBe(20)
    // When all is answered, a lone photo has all cores again.
    await queue.infer(photo(1))
    expect(passes.splice(0)).toEqual([{ by: 'all', photos: 1 }])
  })

  it('are answered in the order in which they came, as far as streams allow', async () => {
    const queue = new Queue(streams)
    const order: number[] = []
    await Promise.all(Array.from({ length: 12 }, (_, n) => queue.infer(photo(n)).then(() => order.push(n))))
    order.forEach((n, place) => expect(Math.abs(n - place)).toBeLessThan(4 * streams.count))
  })

  it('of which some are asked where the network looked come from its threads with that, and the others without', async () => {
    const outputs = await streams.some([photo(1), photo(2), photo(3)], 0, [false, true, false])
    expect(outputs.map((own) => Object.keys(own))).toEqual([['logits'], ['logits', 'heat35'], ['logits']])
    const queue = new Queue(streams)
    const answers = await Promise.all(Array.from({ length: 9 }, (_, n) => queue.infer(photo(n), { heat: n % 3 === 0 })))
    answers.forEach(({ evidence }, n) =>
      expect(evidence.map(({ length }) => length)).toEqual(n % 3 === 0 ? [35 * 35 * 3] : []),
    )
    expect((await queue.infer(photo(1), { heat: true })).evidence).toHaveLength(1)
    passes.splice(0)
  })

  it('are refused beyond the queue, with a time to come back; those taken are answered', async () => {
    const queue = new Queue(streams)
    const same = photo(1)
    const taken: Promise<unknown>[] = []
    for (let i = 0; i < maxWaiting + 1; i++) taken.push(queue.infer(same))
    const refused: unknown = await queue.infer(same).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'OVERLOADED' })
    expect((refused as { details: { retryAfterMs: number } }).details.retryAfterMs).toBeGreaterThan(0)
    let drained = false
    const drain = queue.drain().then(() => (drained = true))
    await Promise.all(taken)
    await drain
    expect(drained).toBe(true)
  })

  it('of a client with few find room when another has many waiting, and go before them', async () => {
    const queue = new Queue(streams)
    const of = (client: string) => during({ id: client, startedAt: 0, client }, () => queue.infer(photo(1)))
    const order: string[] = []
    const heavy = Array.from({ length: maxWaiting + 1 }, () =>
      of('heavy').then(
        () => order.push('heavy'),
        ({ code }: { code: string }) => order.push(code),
      ),
    )
    expect(queue.fullForMs('heavy')).toBeGreaterThan(0)
    expect(queue.fullForMs('light')).toBeUndefined()
    await of('light').then(() => order.push('light'))
    // One photo is in each stream, or in all of them together, when it comes.
    expect(order.filter((one) => one === 'heavy').length).toBeLessThanOrEqual(1 + 2 * streams.count)
    expect(order.filter((one) => one === 'OVERLOADED')).toHaveLength(1)
    await Promise.all(heavy)
  })

  it('are drained when nothing waits, at once', async () => {
    await expect(new Queue(streams).drain()).resolves.toBeUndefined()
  })

  it('are answered before their threads are stopped; later ones are refused', async () => {
    const dying = await Streams.open(path.join(folder, 'model.onnx'), { lonePhotos: true })
    const queue = new Queue(dying)
    const underWay = new Promise<void>((resolve) => {
      const some = dying.some.bind(dying)
      dying.some = (photos, stream) => {
        resolve()
        return some(photos, stream) as never
      }
    })
    // The first takes all cores; the two that wait then take a stream each.
    const answers = [0, 1, 2].map((n) => queue.infer(photo(n)))
    // Under way when their threads are asked to end: inside onnxruntime that would take the process along.
    await underWay
    await dying.close()
    for (const { logits } of await Promise.all(answers.slice(0, 1 + dying.count))) expect(logits).toHaveLength(3)
    await Promise.allSettled(answers)
    await expect(queue.infer(photo(1))).rejects.toThrow('the inference thread has ended')
    await queue.drain()
  })
})

describe('an answer that is no number', () => {
  const layers = [randomDense(256, 3, 2)]
  const broken = layers.map(({ kernel, bias }) => ({ kernel, bias: bias.map((b, i) => (i === 1 ? Number.NaN : b)) }))
  it.each([
    ['logits', { logits: logitsOf({ blocks: ['mixed0'], layers: broken }) }],
    [
      'novelty',
      {
        logits: logitsOf({ blocks: ['mixed0'], layers }),
        novelty: logitsOf({
          blocks: ['mixed0'],
          layers: [{ kernel: new Float32Array(256), bias: Float32Array.of(NaN) }],
        }),
      },
    ],
  ])('is an error, and no photo that is known: %s', async (_, outputs) => {
    const model = path.join(folder, 'nan.onnx')
    await writeFile(model, onnxModel({ convolutions: randomConvolutions(1), outputs }))
    const nan = await Streams.open(model, { lonePhotos: true })
    await expect(new Queue(nan).infer(photo(1))).rejects.toThrow('what is no number')
    await nan.close()
  })
})

describe('photos of one pass', () => {
  it('are shared out among the streams, and come back in order', async () => {
    const alone = await answersAlone(5)
    for (const count of [1, 2, 5]) {
      const answers = await streams.each(Array.from({ length: count }, (_, n) => photo(n)))
      expect(answers.map(({ logits }) => [...(logits ?? [])])).toEqual(
        alone.slice(0, count).map((logits) => logits.map((logit) => expect.closeTo(logit, 4))),
      )
    }
    expect(await streams.each([])).toEqual([])
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
  await expect(Streams.open(broken, { lonePhotos: true })).rejects.toThrow()
  process.off('worker', watch)
  expect(threads.size).toBeGreaterThan(0)
  await Promise.all(gone)
})
