/** The frozen part of the network over a dataset, with reading, decoding and writing down, against the network alone. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { recipes } from '../../src/training/recipes.js'
import { headBlocks } from '../../src/training/head-blocks.js'
import { settingsFrom } from '../../src/training/settings.js'
import { FeatureSource } from '../../src/training/features/feature-source.js'
import { concat, mapOf, pooled } from '../../src/model/network/expression.js'
import { onnxModel } from '../../src/model/network/onnx.js'
import { findBackbone, loadBackbone } from '../../src/model/weights/find.js'
import { pixelsPerPhoto } from '../../src/photos/pixels.js'
import { openSession } from '../../src/predictions/session.js'
import type { Bench } from '../bench.js'
import { median } from '../statistics.js'
import { atLeast, perSecond, type Row } from '../table.js'

const photosARound = 200
const rounds = 3
const batches = [1, 4, 8]

export async function* frozenPart(bench: Bench): AsyncGenerator<Row> {
  const { photos, config } = await bench.house()
  const backbone = await loadBackbone(await findBackbone(config, bench.say))
  const blocks = headBlocks(recipes.DEFAULT, settingsFrom({ datasetVersion: '' }), false)
  const outputs = { pooled: concat(...blocks.wanted.map((block) => pooled(block))), map: mapOf(blocks.boundary) }
  const model = onnxModel({ convolutions: backbone.convolutions, outputs })

  const bare: number[] = []
  const ours: number[] = []
  for (let round = 0; round < rounds; round++) {
    bare.push(await bestOf(model))
    const files = photos.slice(round * photosARound, (round + 1) * photosARound)
    ours.push(await throughTheCache(files, path.join(bench.folder, 'frozen', String(round))))
  }
  yield {
    what: 'frozen part, views a second',
    ours: perSecond(median(ours)),
    against: `${perSecond(median(bare))}, bare onnxruntime on prepared tensors (the best of batches of ${batches.join(', ')})`,
    ...atLeast(median(ours.map((rate, i) => rate / (bare[i] as number))), 0.9, '%'),
  }

  async function throughTheCache(files: string[], folder: string): Promise<number> {
    const photosOf = await Promise.all(
      files.map(async (file) => {
        const contentHash = createHash('sha256')
          .update(await readFile(file))
          .digest('hex')
        return { file, path: file, contentHash, storedHash: contentHash, split: 'TRAIN' as const, classLabel: '' }
      }),
    )
    const views = photosOf.flatMap((photo) => [
      { photo, view: 'whole' as const },
      { photo, view: 'flip' as const },
    ])
    const source = await FeatureSource.open(
      folder,
      1e12,
      backbone,
      { blocks: blocks.wanted, boundary: blocks.boundary },
      views,
    )
    // From the first batches on: loading the network is not what is asked here.
    const warm = 16
    let [from, to] = [0, 0]
    await source.prepare((done) => {
      if (done === warm) from = performance.now()
      to = performance.now()
    })
    await source.rest()
    return ((views.length - warm) / (to - from)) * 1000
  }
}

/** Photos a second of the bare engine on tensors that are there, at its best batch size. */
export async function bestOf(model: Uint8Array | string): Promise<number> {
  const session = await openSession(model, { threads: availableParallelism() })
  const rates: number[] = []
  for (const batch of batches) {
    const pixels = new Float32Array(batch * pixelsPerPhoto).map((_, i) => (i % 256) / 255)
    for (let i = 0; i < 3; i++) await session.run(pixels, batch)
    const passes = Math.ceil(96 / batch)
    const started = performance.now()
    for (let i = 0; i < passes; i++) await session.run(pixels, batch)
    rates.push(((passes * batch) / (performance.now() - started)) * 1000)
  }
  await session.release()
  return Math.max(...rates)
}
