/**
 * Files and folders are opened where the listing found them, and nowhere else. Whoever owns a dataset folder may put a link into it
 * at any moment, so a look before opening proves nothing: the place is checked of what is open already.
 */
import { existsSync } from 'node:fs'
import { constants, type FileHandle, open, readdir, readlink } from 'node:fs/promises'
import { filePath, pathText, realPathText } from '../photos/path-text.js'

/** Linux tells where an open file lies. Elsewhere its path is looked at once more, which a quick exchange of folders can deceive. */
const openFiles = '/proc/self/fd'
const tellsPlaces = existsSync(openFiles)
const placeOf = async (handle: FileHandle, file: string): Promise<string> =>
  tellsPlaces ? pathText(await readlink(`${openFiles}/${handle.fd}`, { encoding: 'buffer' })) : realPathText(file)

/**
 * @param file absolute, without links, as of `pathText`
 * @returns undefined for what is a link by now, or is reached over one. A pipe is opened without waiting for its other end.
 */
export async function openUnlinked(file: string, flags = 0): Promise<FileHandle | undefined> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants
  const handle = await open(filePath(file), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | flags).catch(
    (error: NodeJS.ErrnoException) => {
      // A folder that became a link: ENOTDIR, with O_DIRECTORY.
      if (error.code === 'ELOOP' || error.code === 'ENOTDIR') return undefined
      throw error
    },
  )
  if (!handle) return undefined
  try {
    if ((await placeOf(handle, file)) === file) return handle
  } catch (error) {
    await handle.close()
    throw error
  }
  await handle.close()
  return undefined
}

/** @param folder as of `openUnlinked` @returns undefined for one that is a link by now, or is reached over one */
export async function readUnlinkedFolder(folder: string) {
  const handle = await openUnlinked(folder, constants.O_DIRECTORY)
  if (!handle) return undefined
  try {
    const place = tellsPlaces ? `${openFiles}/${handle.fd}` : filePath(folder)
    return await readdir(place, { withFileTypes: true, encoding: 'buffer' })
  } finally {
    await handle.close()
  }
}
