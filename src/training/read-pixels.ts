/** A version says which bytes it means; those, or nothing, are learned from. */
import { readFile } from 'node:fs/promises'
import { messageOf } from '../errors.js'
import { decode } from '../photos/decode.js'
import { contentHash } from '../photos/identity.js'
import type { TrainingPhoto } from './job.js'
import { RunFailure } from './run-failure.js'

/** @returns uint8 [299, 299, 3] @throws RunFailure that names the photo when its file is gone, changed or unreadable */
export async function readPixels({ file, path, storedHash: expected }: TrainingPhoto): Promise<Uint8Array> {
  const bytes = await readFile(file).catch(() => {
    throw new RunFailure(`The photo ${path} is gone from its folder. Put it back, or make a version without it.`)
  })
  if (contentHash(bytes) !== expected)
    throw new RunFailure(
      `The photo ${path} was changed after it came into the version. Put the old file back, or import the folder again.`,
    )
  try {
    return (await decode(bytes)).pixels
  } catch (error) {
    throw new RunFailure(`The photo ${path} cannot be decoded: ${messageOf(error)}`, { cause: error })
  }
}
