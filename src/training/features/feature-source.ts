/** Features by photo and view: from the cache, or computed where the cache has none. */
import { availableParallelism } from 'node:os'
import type { Backbone } from '../../model/weights/backbone.js'
import { mirrored, preprocessing } from '../../photos/pixels.js'
import type { View } from '../../photos/views.js'
import type { TrainingPhoto } from '../job.js'
import { readPixels } from '../read-pixels.js'
import { Extractor, featureSizes, type Wanted } from './extractor.js'
import { FeatureCache, type Features } from './feature-cache.js'

export interface ViewOf {
  photo: TrainingPhoto
  view: View
}

export interface FeaturePlan {
  views: number
  cached: number
  /** Computed once, and kept. */
  toCompute: number
  /** Beyond the cache's limit: computed whenever they are read. */
  beyondLimit: number
}

const batchSize = 8
const keyOf = ({ photo, view }: ViewOf) => `${photo.contentHash}.${view}`

export class FeatureSource {
  private extractor: Extractor | undefined
  /** Runs of the frozen part so far, in views. */
  computed = 0

  private constructor(
    private readonly cache: FeatureCache,
    private readonly backbone: Backbone,
    private readonly wanted: Wanted,
    private readonly missing: readonly ViewOf[],
    readonly plan: FeaturePlan,
  ) {}

  static async open(
    folder: string,
    budget: number,
    backbone: Backbone,
    wanted: Wanted,
    views: readonly ViewOf[],
  ): Promise<FeatureSource> {
    const identity = { backbone: backbone.hash, preprocessing, boundary: wanted.boundary ?? '', blocks: wanted.blocks }
    const cache = await FeatureCache.open(folder, identity, featureSizes(wanted), budget, views.map(keyOf))
    const present = await Promise.all(views.map((view) => cache.has(keyOf(view))))
    const missing = views.filter((_, i) => !present[i])
    const toCompute = Math.min(missing.length, cache.room)
    const plan: FeaturePlan = {
      views: views.length,
      cached: views.length - missing.length,
      toCompute,
      beyondLimit: missing.length - toCompute,
    }
    return new FeatureSource(cache, backbone, wanted, missing.slice(0, toCompute), plan)
  }

  /** Runs the frozen part over what the cache lacks and has room for. @param progress called after every batch */
  async prepare(progress: (done: number, total: number) => void): Promise<void> {
    const { missing } = this
    const batchAt = (start: number) => pixelsOfViews(missing.slice(start, start + batchSize))
    let next = missing.length > 0 ? batchAt(0) : undefined
    for (let start = 0; next; start += batchSize) {
      const pixels = await next
      // Photos are decoded on other threads while the network holds this one.
      next = start + batchSize < missing.length ? batchAt(start + batchSize) : undefined
      next?.catch(() => undefined) // awaited above; here only so that an early end leaves nothing unhandled
      const views = missing.slice(start, start + batchSize)
      const features = await this.compute(pixels)
      await Promise.all(views.map((view, i) => this.cache.write(keyOf(view), features[i] as Features)))
      progress(start + views.length, missing.length)
    }
  }

  async read(views: readonly ViewOf[]): Promise<Features[]> {
    const found = await Promise.all(views.map((view) => this.cache.read(keyOf(view))))
    const lost = views.filter((_, i) => !found[i])
    const again: Features[] = []
    for (let start = 0; start < lost.length; start += batchSize) {
      again.push(...(await this.compute(await pixelsOfViews(lost.slice(start, start + batchSize)))))
    }
    await Promise.all(lost.map((view, i) => this.cache.write(keyOf(view), again[i] as Features)))
    return found.map((features) => features ?? (again.shift() as Features))
  }

  /** Frees the frozen part; what is read later and not cached opens it again. */
  async rest(): Promise<void> {
    await this.extractor?.close()
    this.extractor = undefined
  }

  private async compute(pixels: readonly Uint8Array[]): Promise<Features[]> {
    this.extractor ??= await Extractor.open(this.backbone.convolutions, this.wanted, availableParallelism())
    this.computed += pixels.length
    return this.extractor.extract(pixels)
  }
}

/** A photo that is shown in several ways one after another is read once for each: decoding is the smaller part by far. */
const pixelsOfViews = (views: readonly ViewOf[]): Promise<Uint8Array[]> =>
  Promise.all(
    views.map(async ({ photo, view }) => {
      const pixels = await readPixels(photo)
      return view === 'flip' ? mirrored(pixels) : pixels
    }),
  )
