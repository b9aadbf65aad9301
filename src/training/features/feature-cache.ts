/**
 * What the frozen part of the network makes of a photo, kept: it is computed once for each photo and view, ever. A file a
 * view, checked when read; whatever is missing or broken is computed again, so the folder may be deleted at any time.
 */
import { createHash } from 'node:crypto'
import { open, readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { crc32 } from 'node:zlib'
import { remove, touch, writeCacheFile } from '../../disk.js'
import { decodeFloat16 } from './float16.js'

/** Of one view of one photo. */
export interface Features {
  /** Pooled maps of the head's blocks, one after another: float32 [sum of channels]. */
  pooled: Float32Array
  /** The boundary's map, float16 [height, width, channels]; empty when nothing behind it is trained. */
  map: Uint16Array
}

/** All that decides what a view's features are. */
export interface FeatureIdentity {
  backbone: string
  preprocessing: string
  boundary: string
  blocks: readonly string[]
}

export interface FeatureSizes {
  pooled: number
  map: number
}

/**
 * Averages in front, each part behind its checksum: stage 1 reads the averages alone. Raised when the layout changes: old files
 * are then never read.
 */
const layout = 2
const checksumBytes = 4

export class FeatureCache {
  private readonly folder: string
  private readonly pooledBytes: number
  private readonly bytesPerView: number
  private used = 0

  private constructor(
    private readonly root: string,
    identity: FeatureIdentity,
    private readonly sizes: FeatureSizes,
    private readonly budget: number,
  ) {
    const key = createHash('sha256')
      .update(JSON.stringify([layout, identity, sizes]))
      .digest('hex')
      .slice(0, 16)
    this.folder = path.join(root, key)
    this.pooledBytes = checksumBytes + 4 * sizes.pooled
    this.bytesPerView = this.pooledBytes + checksumBytes + 2 * sizes.map
  }

  /**
   * @param budget bytes for all that is in `root`. To make room, what this run does not want goes, oldest first.
   * @param wanted keys of the views that this run reads
   */
  static async open(
    root: string,
    identity: FeatureIdentity,
    sizes: FeatureSizes,
    budget: number,
    wanted: readonly string[],
  ): Promise<FeatureCache> {
    const cache = new FeatureCache(root, identity, sizes, budget)
    await cache.makeRoom(new Set(wanted.map((key) => cache.file(key))))
    return cache
  }

  /** Keys of all views that are kept. By the names of their files: none is looked into, or marked as wanted. */
  static async keys(root: string, identity: FeatureIdentity, sizes: FeatureSizes): Promise<Set<string>> {
    const { folder } = new FeatureCache(root, identity, sizes, 0)
    const files = await readdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [] // Nothing was kept yet.
      throw error
    })
    return new Set(files.map((file) => path.basename(file)))
  }

  async has(key: string): Promise<boolean> {
    const found = await stat(this.file(key)).catch(() => undefined)
    if (found?.size !== this.bytesPerView) return false
    await touch(this.file(key))
    return true
  }

  /** @returns undefined when it is not there or not what was written */
  async read(key: string): Promise<Features | undefined> {
    const file = await readFile(this.file(key)).catch(() => undefined)
    if (file?.length !== this.bytesPerView) return undefined
    const pooled = checked(file.subarray(0, this.pooledBytes))
    const map = checked(file.subarray(this.pooledBytes))
    return pooled && map ? { pooled: new Float32Array(pooled), map: new Uint16Array(map) } : undefined
  }

  /** The averages alone. @returns undefined when they are not there or not what was written */
  async readPooled(key: string): Promise<Float32Array | undefined> {
    const head = await firstBytes(this.file(key), this.pooledBytes).catch(() => undefined)
    const pooled = head && checked(head)
    return pooled && new Float32Array(pooled)
  }

  /** @returns false when there is no room */
  async write(key: string, features: Features): Promise<boolean> {
    const file = this.file(key)
    const before = await sizeOf(file)
    // Written down before the file is: several may be written at once.
    if (this.used - before + this.bytesPerView > this.budget) return false
    this.used += this.bytesPerView - before
    const parts = [bytesOf(features.pooled), bytesOf(features.map)]
    await writeCacheFile(file, Buffer.concat(parts.flatMap((part) => [checksumOf(part), part])))
    return true
  }

  /** How many more views fit. */
  get room(): number {
    return Math.max(0, Math.floor((this.budget - this.used) / this.bytesPerView))
  }

  private file(key: string): string {
    return path.join(this.folder, key.slice(0, 2), key)
  }

  private async makeRoom(wanted: ReadonlySet<string>): Promise<void> {
    const kept: { file: string; size: number; mtimeMs: number }[] = []
    for (const entry of await readdir(this.root, { recursive: true, withFileTypes: true }).catch(() => [])) {
      if (!entry.isFile()) continue
      const file = path.join(entry.parentPath, entry.name)
      const found = await stat(file).catch(() => undefined)
      if (!found) continue // the folder may be deleted at any time, now included
      kept.push({ file, size: found.size, mtimeMs: found.mtimeMs })
      this.used += found.size
    }
    const missing = wanted.size - kept.filter(({ file, size }) => wanted.has(file) && size === this.bytesPerView).length
    let excess = this.used + missing * this.bytesPerView - this.budget
    const spare = kept.filter(({ file }) => !wanted.has(file)).toSorted((a, b) => a.mtimeMs - b.mtimeMs)
    for (const { file, size } of spare) {
      if (excess <= 0) return
      await remove(file)
      this.used -= size
      excess -= size
    }
  }
}

const sizeOf = async (file: string) => (await stat(file).catch(() => undefined))?.size ?? 0

/** @returns undefined when the file is shorter */
async function firstBytes(file: string, length: number): Promise<Buffer | undefined> {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(length), 0, length, 0)
    return bytesRead === length ? buffer : undefined
  } finally {
    await handle.close()
  }
}

function checksumOf(part: Uint8Array): Buffer {
  const checksum = Buffer.alloc(checksumBytes)
  checksum.writeUInt32LE(crc32(part))
  return checksum
}

/** What stands behind a checksum, copied out: a Buffer's memory need not be aligned. @returns undefined when it is another one */
function checked(part: Buffer): ArrayBuffer | undefined {
  const content = part.subarray(checksumBytes)
  if (crc32(content) !== part.readUInt32LE(0)) return undefined
  return new Uint8Array(content).buffer
}

const bytesOf = (array: Float32Array | Uint16Array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength)

/** Maps of several views as one float32 [views, height, width, channels]. */
export function decodeMaps(views: readonly Features[]): Float32Array {
  const size = views[0]?.map.length ?? 0
  const maps = new Float32Array(views.length * size)
  views.forEach(({ map }, i) => decodeFloat16(map, maps, i * size))
  return maps
}
