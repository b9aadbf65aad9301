/** One file of a dataset becomes a photo, or a reason why not. */
import type { Stats } from 'node:fs'
import { type FileHandle, lstat } from 'node:fs/promises'
import path from 'node:path'
import { WasteXError } from '../errors.js'
import { decode } from '../photos/decode.js'
import { plainFilename } from '../photos/filename.js'
import { contentHash } from '../photos/identity.js'
import { photoLimits } from '../photos/limits.js'
import { filePath, readableName } from '../photos/path-text.js'
import { perceptualHash } from '../photos/perceptual-hash.js'
import type { PhotoRow } from '../photos/save-photos.js'
import type { PlaceOfPhoto } from '../photos/store.js'
import { openUnlinked } from './open-unlinked.js'

/**
 * By these an unchanged file is known again. Programs can put the time of its last writing back; the time of its last change
 * (`changedMs`) they cannot.
 */
export interface FileStamp {
  readonly bytes: number
  readonly modifiedMs: number
  /** Null: not known well enough, and the file is read again. */
  readonly changedMs: number | null
  readonly inode: number | null
}

export interface ReadFile extends FileStamp {
  readonly path: string
  readonly photo: PhotoRow | undefined
  /** Why there is none. */
  readonly refused: string | undefined
}

/** File systems count time in steps of up to two seconds: a file may change again within the step in which it was read. */
const longestStepMs = 3_000

/** @param file absolute, without links, as of `pathText` */
export const stampOf = async (file: string): Promise<FileStamp> => stamped(await lstat(filePath(file)))
const stamped = ({ size, mtimeMs, ctimeMs, ino }: Stats): FileStamp => ({
  bytes: size,
  modifiedMs: mtimeMs,
  changedMs: ctimeMs,
  inode: ino,
})

const unsure = (stamp: FileStamp): FileStamp =>
  Date.now() - (stamp.changedMs ?? 0) < longestStepMs ? { ...stamp, changedMs: null } : stamp

/**
 * Reads and decodes it, once: identity, size, dimensions and perceptual hash all come from that.
 * @param place without links
 * @param shown its path in the dataset, as the listing has it
 */
export async function readDatasetFile(place: PlaceOfPhoto, shown: string): Promise<ReadFile> {
  const none = { path: shown, bytes: 0, modifiedMs: 0, changedMs: null, inode: null, photo: undefined }
  try {
    const opened = await openUnlinked(path.join(place.root, place.path))
    if (!opened) return { ...none, refused: 'It was replaced by a link, or moved, while the folder was read.' }
    const { stamp, isFile, bytes } = await readWhole(opened)
    if (!isFile) return { ...none, refused: 'It is no file any more: a folder, a pipe, a socket or a device.' }
    if (!bytes) return { ...none, ...stamp, refused: `It has more than ${photoLimits.bytes / 1024 / 1024} MB.` }
    try {
      const { width, height, pixels } = await decode(bytes)
      const identity = contentHash(bytes)
      const photo = {
        ...place,
        contentHash: identity,
        storedHash: identity,
        filename: readableName(plainFilename(path.basename(shown))) || identity,
        bytes: bytes.length,
        width,
        height,
        perceptualHash: perceptualHash(pixels),
      }
      return { path: shown, ...stamp, photo, refused: undefined }
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

/** In as few calls as can be: each is a way to another thread and back. @returns no bytes of a file that is too large for a photo */
async function readWhole(handle: FileHandle): Promise<{ stamp: FileStamp; isFile: boolean; bytes?: Uint8Array }> {
  try {
    const facts = await handle.stat()
    const [stamp, isFile] = [unsure(stamped(facts)), facts.isFile()]
    if (!isFile || stamp.bytes > photoLimits.bytes) return { stamp, isFile }
    const bytes = new Uint8Array(stamp.bytes)
    let length = 0
    while (length < bytes.length) {
      const { bytesRead } = await handle.read(bytes, length)
      if (bytesRead === 0) break // it has become shorter meanwhile
      length += bytesRead
    }
    return { stamp, isFile, bytes: bytes.subarray(0, length) }
  } finally {
    await handle.close()
  }
}
