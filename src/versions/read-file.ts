/** One file of a dataset becomes a photo, or a reason why not. */
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { WasteXError } from '../errors.js'
import { decode } from '../photos/decode.js'
import { contentHash } from '../photos/identity.js'
import { photoLimits } from '../photos/limits.js'
import { perceptualHash } from '../photos/perceptual-hash.js'
import type { PhotoRow } from '../photos/save-photos.js'

/** By these an unchanged file is known again. */
export interface FileStamp {
  readonly bytes: number
  readonly modifiedMs: number
}

export interface ReadFile extends FileStamp {
  readonly path: string
  readonly photo: PhotoRow | undefined
  /** Why there is none. */
  readonly refused: string | undefined
}

export async function stampOf(file: string): Promise<FileStamp> {
  const { size, mtimeMs } = await stat(file)
  return { bytes: size, modifiedMs: mtimeMs }
}

/** Reads and decodes it, once: identity, size, dimensions and perceptual hash all come from that. */
export async function readDatasetFile(root: string, relative: string): Promise<ReadFile> {
  const file = path.join(root, relative)
  const none = { path: relative, bytes: 0, modifiedMs: 0, photo: undefined }
  try {
    const stamp = await stampOf(file)
    if (stamp.bytes > photoLimits.bytes)
      return { ...none, ...stamp, refused: `It has more than ${photoLimits.bytes / 1024 / 1024} MB.` }
    const bytes = await readFile(file)
    try {
      const { width, height, pixels } = await decode(bytes)
      const identity = contentHash(bytes)
      const photo = {
        root,
        path: relative,
        contentHash: identity,
        storedHash: identity,
        filename: path.basename(relative),
        bytes: bytes.length,
        width,
        height,
        perceptualHash: perceptualHash(pixels),
      }
      return { path: relative, ...stamp, photo, refused: undefined }
    } catch (error) {
      if (!(error instanceof WasteXError)) throw error
      return { ...none, ...stamp, refused: error.message }
    }
  } catch (error) {
    // Gone since it was listed, or not ours to read: one file, not the import.
    if (!(error instanceof Error && 'code' in error)) throw error
    return { ...none, refused: `It cannot be read (${String(error.code)}).` }
  }
}
