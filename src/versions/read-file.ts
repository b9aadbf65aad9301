/** One file of a dataset becomes a photo, or a reason why not. */
import type { Stats } from 'node:fs'
import { constants, type FileHandle, open, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { WasteXError } from '../errors.js'
import { decode } from '../photos/decode.js'
import { plainFilename } from '../photos/filename.js'
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

export const stampOf = async (file: string): Promise<FileStamp> => stamped(await stat(file))
const stamped = ({ size, mtimeMs }: Stats): FileStamp => ({ bytes: size, modifiedMs: mtimeMs })

/** Reads and decodes it, once: identity, size, dimensions and perceptual hash all come from that. */
export async function readDatasetFile(root: string, relative: string): Promise<ReadFile> {
  const file = path.join(root, relative)
  const none = { path: relative, bytes: 0, modifiedMs: 0, photo: undefined }
  try {
    const opened = await openUnlinked(file)
    if (!opened) return { ...none, refused: 'It is a link, or lies behind one: links are not followed.' }
    const { stamp, bytes } = await readWhole(opened)
    if (!bytes) return { ...none, ...stamp, refused: `It has more than ${photoLimits.bytes / 1024 / 1024} MB.` }
    try {
      const { width, height, pixels } = await decode(bytes)
      const identity = contentHash(bytes)
      const photo = {
        root,
        path: relative,
        contentHash: identity,
        storedHash: identity,
        filename: plainFilename(path.basename(relative)) || identity,
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
async function openUnlinked(file: string): Promise<FileHandle | undefined> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ELOOP') return undefined
    throw error
  })
  if (!handle) return undefined
  try {
    if ((await realpath(file)) === file) return handle
  } catch (error) {
    await handle.close()
    throw error
  }
  await handle.close()
  return undefined
}

/** In as few calls as can be: each is a way to another thread and back. @returns no bytes of a file that is too large for a photo */
async function readWhole(handle: FileHandle): Promise<{ stamp: FileStamp; bytes?: Uint8Array }> {
  try {
    const stamp = stamped(await handle.stat())
    if (stamp.bytes > photoLimits.bytes) return { stamp }
    const bytes = new Uint8Array(stamp.bytes)
    let length = 0
    while (length < bytes.length) {
      const { bytesRead } = await handle.read(bytes, length)
      if (bytesRead === 0) break // it has become shorter meanwhile
      length += bytesRead
    }
    return { stamp, bytes: bytes.subarray(0, length) }
  } finally {
    await handle.close()
  }
}
