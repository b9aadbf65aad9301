/** Where photos lie: those that came in are kept below `uploads`, imported ones stay where they were found. */
import { access, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '../config.js'
import { syncName, writeFileWhole } from '../disk.js'
import { contentHash } from './identity.js'
import { extensionOf, photoType } from './type.js'

/** `Photo.root` of an uploaded photo: the folder may move along with WASTEX_DATA. */
export const uploadsRoot = 'uploads'

export interface PlaceOfPhoto {
  readonly root: string
  /** Relative to the root, with `/` between its parts. */
  readonly path: string
}

type Folders = Pick<Config, 'uploadsDir'>

/**
 * Keeps the bytes, whole or not at all, under their content hash: however often it is asked to, there is one file.
 * @throws WasteXError UNSUPPORTED_IMAGE
 */
export async function keepPhoto(config: Folders, bytes: Uint8Array): Promise<PlaceOfPhoto> {
  const hash = contentHash(bytes)
  const place = { root: uploadsRoot, path: `${hash.slice(0, 2)}/${hash}.${extensionOf[photoType(bytes)]}` }
  const file = photoFile(config, place)
  if (await exists(file)) await syncName(file)
  else await writeFileWhole(file, bytes)
  return place
}

/** @returns the file's absolute path. @throws Error when the path leads out of its root: such a row was tampered with. */
export function photoFile(config: Folders, place: PlaceOfPhoto): string {
  const folder = place.root === uploadsRoot ? config.uploadsDir : place.root
  const file = path.resolve(folder, place.path)
  if (!path.isAbsolute(folder) || !file.startsWith(path.join(folder, path.sep)))
    throw new Error(`The photo ${place.path} lies outside of its folder`)
  return file
}

export const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )

/** Whether these bytes still lie there: two files may have changed places. */
export async function liesAt(config: Folders, place: PlaceOfPhoto, hash: string): Promise<boolean> {
  const bytes = await readFile(photoFile(config, place)).catch(() => undefined)
  return bytes !== undefined && contentHash(bytes) === hash
}
