/** Where photos lie: those that came in are kept below `uploads`, imported ones stay where they were found. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '../config.js'
import { syncName, touch, writeFileWhole } from '../disk.js'
import type { PhotoFacts } from './decode.js'
import { contentHash } from './identity.js'
import { type FilePath, filePath } from './path-text.js'
import { withoutMetadata } from './without-metadata.js'

/** `Photo.root` of an uploaded photo: the folder may move along with WASTEX_DATA. */
export const uploadsRoot = 'uploads'

export interface PlaceOfPhoto {
  readonly root: string
  /** Relative to the root, with `/` between its parts; both as of `pathText`. */
  readonly path: string
}

/** The file that stands for a photo. */
export interface StoredPhoto extends PlaceOfPhoto {
  /** SHA-256 of the file; the photo's identity is that of the bytes that arrived. */
  readonly storedHash: string
  readonly bytes: number
}

type Folders = Pick<Config, 'uploadsDir'>

/**
 * Keeps the photo, upright and without metadata, whole or not at all, under its identity: however often it is asked to, there
 * is one file.
 */
export async function keepPhoto(config: Folders, bytes: Uint8Array, facts: PhotoFacts): Promise<StoredPhoto> {
  const place = keptPlace(contentHash(bytes))
  const copy = await withoutMetadata(bytes, facts)
  const storedHash = contentHash(copy)
  const file = uploadFile(config, place)
  if (await liesAt(config, place, storedHash)) {
    // Somebody else wrote it, perhaps only just: it is no old file, and its name is on the disk.
    await touch(file)
    await syncName(file)
  } else await writeFileWhole(file, copy)
  return { ...place, storedHash, bytes: copy.length }
}

/** Where the photo of that identity is kept, if it is. */
export const keptPlace = (identity: string): PlaceOfPhoto => ({
  root: uploadsRoot,
  path: `${identity.slice(0, 2)}/${identity}.jpg`,
})

/** @returns what `node:fs` opens. @throws Error when the path leads out of its root: such a row was tampered with. */
export const photoFile = (config: Folders, place: PlaceOfPhoto): FilePath => filePath(absolute(config, place))

/** As `photoFile`, of a photo that is kept below `uploads`: WasteX chose its name. */
export const uploadFile = (config: Folders, { path: name }: PlaceOfPhoto): string =>
  absolute(config, { root: uploadsRoot, path: name })

function absolute(config: Folders, place: PlaceOfPhoto): string {
  const folder = place.root === uploadsRoot ? config.uploadsDir : place.root
  const file = path.resolve(folder, place.path)
  if (!path.isAbsolute(folder) || !file.startsWith(path.join(folder, path.sep)))
    throw new Error(`The photo ${place.path} lies outside of its folder`)
  return file
}

/** @param hash of the file. Whether it still lies there: two files may have changed places. */
export async function liesAt(config: Folders, place: PlaceOfPhoto, hash: string): Promise<boolean> {
  const bytes = await readFile(photoFile(config, place)).catch(() => undefined)
  return bytes !== undefined && contentHash(bytes) === hash
}
