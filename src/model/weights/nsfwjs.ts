/**
 * The InceptionV3 that the npm package nsfwjs carries (MIT): Keras' graph, 8 bits a weight, fine-tuned for another task. The
 * backbone of last resort, which any machine can have that reached a package registry.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { runInNewContext } from 'node:vm'
import { gunzip } from 'node:zlib'
import { z } from 'zod'
import { remove, writeFileWhole } from '../../disk.js'
import { collect, foldBatchNorm, type Convolution, type Convolutions } from './backbone.js'

const PACKAGE = 'nsfwjs@4.4.0'
export const nsfwjsFile = 'nsfwjs-4.4.0.tgz'
/** As the registry has it. */
const INTEGRITY = 'sha512-krC1fgeTLXtZwgdpKJ0jm7hqv0gTSRQQRL+FhOaxaJ9Wj92t42BO3csO2odwgTAgZgf2RvkwPtp0R8Aa7dc+MA=='
const FETCH_MS = 300_000
const FOLDER = 'package/dist/models/inception_v3/'

/**
 * Fetches the package with npm, and so with the user's registry, proxy and cache. 25 MB.
 * @param target the file to write, whole
 * @throws Error when npm cannot get it within a minute, or it is not what was published
 */
export async function fetchNsfwjs(target: string): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wastex-nsfwjs-'))
  try {
    const options = ['pack', PACKAGE, '--pack-destination', folder, '--silent', '--fetch-retries=1']
    // npm is a script on Windows, which only a shell can start.
    const shell = process.platform === 'win32'
    await promisify(execFile)('npm', options, { cwd: folder, shell, timeout: FETCH_MS }).catch((error: unknown) => {
      const wasStopped = (error as { killed?: boolean }).killed === true
      throw wasStopped ? new Error('it took longer than a minute', { cause: error }) : error
    })
    const bytes = await readFile(path.join(folder, nsfwjsFile))
    checkIntegrity(bytes)
    await writeFileWhole(target, bytes)
  } finally {
    await remove(folder)
  }
}

/** @throws Error when the file is not the package that it should be */
export async function readNsfwjs(file: string): Promise<Convolutions> {
  const bytes = await readFile(file)
  checkIntegrity(bytes)
  const members = readTar(await promisify(gunzip)(bytes))
  const member = (name: string) => {
    const found = members.get(`${FOLDER}${name}.min.js`)
    if (!found) throw new Error(`${PACKAGE} has no ${name}`)
    return found.toString('latin1')
  }
  const { paths, weights } = manifestOf(member('model'))
  const data = Buffer.concat(paths.map((name) => Buffer.from(base64Of(member(name)), 'base64')))

  const tensors = new Map<string, Tensor>()
  let offset = 0
  for (const { name, shape, quantization } of weights) {
    const size = shape.reduce((product, length) => product * length, 1)
    const quantized = data.subarray(offset, offset + size)
    tensors.set(name, { shape, values: dequantized(quantized, quantization) })
    offset += size
  }
  return collect((name) => convolution(tensors, name))
}

interface Tensor {
  readonly shape: readonly number[]
  readonly values: Float32Array
}

function convolution(tensors: ReadonlyMap<string, Tensor>, name: string): Convolution {
  const tensor = (key: string) => {
    const found = tensors.get(key)
    if (!found) throw new Error(`${PACKAGE} has no ${key}`)
    return found
  }
  const kernel = tensor(`${name}/kernel`)
  const norm = name.replace('conv2d', 'batch_normalization')
  const [height = 0, width = 0, channels = 0, filters = 0] = kernel.shape
  return foldBatchNorm(kernel.values, [height, width, channels, filters], {
    beta: tensor(`${norm}/beta`).values,
    mean: tensor(`${norm}/moving_mean`).values,
    variance: tensor(`${norm}/moving_variance`).values,
  })
}

/** tfjs' uint8 quantisation: value * scale + min. */
function dequantized(values: Uint8Array, { min, scale }: { min: number; scale: number }): Float32Array {
  const table = Float32Array.from({ length: 256 }, (_, value) => value * scale + min)
  // Not by Float32Array.from with a function, which takes ten times as long.
  const found = new Float32Array(values.length)
  values.forEach((value, i) => (found[i] = table[value] ?? 0))
  return found
}

const Manifest = z.object({
  weightsManifest: z.tuple([
    z.object({
      paths: z.array(z.string()),
      weights: z.array(
        z.object({
          name: z.string(),
          shape: z.array(z.number()),
          quantization: z.object({ min: z.number(), scale: z.number(), dtype: z.literal('uint8') }),
        }),
      ),
    }),
  ]),
})

/** The file is a UMD module around an object literal; its bytes are known by their hash. */
function manifestOf(source: string) {
  const module = { exports: {} }
  runInNewContext(source, { module, exports: module.exports })
  return Manifest.parse(module.exports).weightsManifest[0]
}

/** The file is a UMD module around one string. */
function base64Of(source: string): string {
  const match = /\.exports="([A-Za-z0-9+/=]+)"/.exec(source)
  if (!match?.[1]) throw new Error(`${PACKAGE} does not look as expected`)
  return match[1]
}

function checkIntegrity(bytes: Uint8Array): void {
  const found = `sha512-${createHash('sha512').update(bytes).digest('base64')}`
  if (found !== INTEGRITY) throw new Error(`it is not ${PACKAGE} as published: its hash is ${found}`)
}

/** Regular files of a ustar archive by name: blocks of 512 bytes, a header (name at 0, octal size at 124) before each file. */
function readTar(archive: Buffer): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>()
  for (let at = 0; at + 512 <= archive.length && archive[at] !== 0;) {
    const field = (start: number, length: number) =>
      archive.toString('latin1', at + start, at + start + length).replace(/\0.*$/s, '')
    const size = Number.parseInt(field(124, 12), 8)
    files.set(field(0, 100), archive.subarray(at + 512, at + 512 + size))
    at += 512 + Math.ceil(size / 512) * 512
  }
  return files
}
