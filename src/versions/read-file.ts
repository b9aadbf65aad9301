/** One file of a dataset becomes a photo, or a reason why not. */
import { constants, open, realpath, stat } from 'node:fs/promises'
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
    const bytes = await readUnlinked(file)
    if (!bytes) return { ...none, ...stamp, refused: 'It is a link, or lies behind one: links are not followed.' }
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

/**
 * The listing followed no link (dataset-folder.ts), yet whoever owns the folder may put one there until now. @param file below a root
 * without links @returns undefined for what is reached over one
 */
async function readUnlinked(file: string): Promise<Uint8Array | undefined> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ELOOP') return undefined
    throw error
  })
  if (!handle) return undefined
  try {
    return (await realpath(file)) === file ? await handle.readFile() : undefined
  } finally {
    await handle.close()
  }
}
