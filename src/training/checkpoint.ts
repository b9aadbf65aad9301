/**
 * What a run goes on from: written whole after every epoch, the last one kept. A line of JSON that names the tensors, then
 * their values, float32, little-endian, in that order; a hash over all of it in front.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { remove, writeFileWhole } from '../disk.js'
import type { EpochResult } from './job.js'

export interface Checkpoint {
  /** Hash of what its weights mean anything with: backbone, preprocessing, blocks. */
  madeOf: string
  /** Told again when the run is resumed, for those that were not written down. */
  history: EpochResult[]
  /** Epochs done in the stage of the last of `history`. */
  adamStep: number
  /** Validation loss of the best epoch so far, and how many have passed since. */
  best: { loss: number; epoch: number } | undefined
  /** Weights now, weights of the best epoch, and Adam's moments, by name. */
  tensors: Map<string, Float32Array>
}

const hashBytes = 32

export async function writeCheckpoint(file: string, { tensors, ...rest }: Checkpoint): Promise<void> {
  const names = [...tensors].map(([name, values]) => [name, values.length] as const)
  const header = Buffer.from(`${JSON.stringify({ ...rest, names })}\n`)
  const values = [...tensors.values()].map((array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength))
  const content = Buffer.concat([header, ...values])
  await writeFileWhole(file, Buffer.concat([sha256(content), content]))
}

/** @returns undefined when there is none, or none that can be believed */
export async function readCheckpoint(file: string): Promise<Checkpoint | undefined> {
  const bytes = await readFile(file).catch(() => undefined)
  if (!bytes || !sha256(bytes.subarray(hashBytes)).equals(bytes.subarray(0, hashBytes))) return undefined
  const content = bytes.subarray(hashBytes)
  const end = content.indexOf('\n')
  const { names, ...rest } = JSON.parse(content.subarray(0, end).toString()) as Omit<Checkpoint, 'tensors'> & {
    names: [name: string, length: number][]
  }
  const tensors = new Map<string, Float32Array>()
  let at = content.byteOffset + end + 1
  for (const [name, length] of names) {
    tensors.set(name, new Float32Array(content.buffer.slice(at, at + 4 * length)))
    at += 4 * length
  }
  return { ...rest, tensors }
}

/**
 * @param files of several attempts at a run, the newest first
 * @returns the first that can be believed; those behind it count no more and are removed
 */
export async function readNewest(files: readonly string[]): Promise<Checkpoint | undefined> {
  for (const [at, file] of files.entries()) {
    const found = await readCheckpoint(file)
    if (!found) continue
    for (const older of files.slice(at + 1)) await remove(older)
    return found
  }
  return undefined
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()
