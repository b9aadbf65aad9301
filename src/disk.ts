/**
 * The one door through which WasteX changes files. Whatever has a name of its own is whole or absent: written aside, synced, renamed.
 */
import { randomUUID } from 'node:crypto'
import {
  chmod,
  type FileHandle,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import path from 'node:path'
import { WasteXError } from './errors.js'

type Content = Uint8Array | string | AsyncIterable<string | Uint8Array>

/** All that a disk can refuse. A test puts a disk in their place that is full, or breaks at the Nth of them. */
export const disk = {
  open: (target: string, flags: 'r' | 'wx'): Promise<FileHandle> => open(target, flags),
  write: (handle: FileHandle, data: Content): Promise<void> => writeFile(handle, data),
  sync: (handle: FileHandle): Promise<void> => handle.sync(),
  rename,
  chmod,
  /** @returns the first of the folders that were made */
  mkdir: (folder: string): Promise<string | undefined> => mkdir(folder, { recursive: true }),
  /** Also a whole folder; what is not there is removed already. */
  remove: (target: string): Promise<void> => rm(target, { recursive: true, force: true }),
}

/** What a person can mend says so; a disk that breaks is for the log alone. */
async function readably<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const isFull = ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')
    throw isFull ? storageFull({ cause: error }) : error
  }
}

export const storageFull = (options?: ErrorOptions) =>
  new WasteXError('STORAGE_FULL', 'The disk of this server is full. Make room on it, then try again.', {}, options)

/** What has such a name is being written, or a crash left it half-written: then `sweep` removes it. */
const aside = (target: string) => path.join(path.dirname(target), `.${path.basename(target)}.${randomUUID()}.tmp`)

/** Why something was not written counts more than a draft that cannot be removed, either: it is swept. */
const clear = (draft: string) => disk.remove(draft).catch(() => undefined)

async function sync(target: string): Promise<void> {
  const handle = await disk.open(target, 'r')
  try {
    await disk.sync(handle)
  } finally {
    await handle.close()
  }
}

/** A new folder's name is on the disk when the folder around it is. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await disk.mkdir(folder)
  if (first === undefined) return
  for (let made = folder; made.length >= first.length; made = path.dirname(made)) await sync(path.dirname(made))
}

async function writeNew(target: string, data: Content, synced: boolean): Promise<void> {
  const handle = await disk.open(target, 'wx')
  try {
    await disk.write(handle, data)
    if (synced) await disk.sync(handle)
  } finally {
    await handle.close()
  }
}

/** Writes one file atomically; an existing one is replaced. Makes the folder if need be. */
export const writeFileWhole = (target: string, data: Content): Promise<void> =>
  readably(async () => {
    await makeFolder(path.dirname(target))
    const draft = aside(target)
    try {
      await writeNew(draft, data, true)
      await disk.rename(draft, target)
    } catch (error) {
      await clear(draft)
      throw error
    }
    await sync(path.dirname(target))
  })

/** A name is on the disk when its folder is: also that of a file which somebody else has only just written. */
export const syncName = (target: string): Promise<void> => readably(() => sync(path.dirname(target)))

/** Plainly, into a folder that is itself a draft: whoever gives the folder its name syncs what is in it. */
export const writeInDraft = (target: string, data: Content): Promise<void> =>
  readably(async () => {
    await disk.mkdir(path.dirname(target))
    await writeNew(target, data, false)
  })

/** A new folder beside `target`, for as long as `use` takes. */
export const withFolderAside = <T>(target: string, use: (folder: string) => Promise<T>): Promise<T> =>
  readably(async () => {
    await makeFolder(path.dirname(target))
    const draft = aside(target)
    try {
      await disk.mkdir(draft)
      return await use(draft)
    } finally {
      await clear(draft)
    }
  })

async function syncAll(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true })) await sync(path.join(folder, entry))
  await sync(folder)
}

/**
 * Makes a folder appear complete or not at all: `fill` writes into a folder aside (`writeInDraft`), which then takes the name of
 * `target`. An existing `target` is replaced: it goes aside first, so that no half of it ever stands under the name.
 */
export const writeFolderWhole = (target: string, fill: (folder: string) => Promise<void>): Promise<void> =>
  withFolderAside(target, async (draft) => {
    await fill(draft)
    await syncAll(draft)
    const old = aside(target)
    const wasThere = await disk.rename(target, old).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return false
        throw error
      },
    )
    try {
      await disk.rename(draft, target)
    } catch (error) {
      if (wasThere) await disk.rename(old, target)
      throw error
    }
    try {
      await sync(path.dirname(target))
    } finally {
      if (wasThere) await clear(old)
    }
  })

/**
 * The same for a name that nobody has yet. A rename replaces no folder that has something in it: where another one took the name
 * first, that one stays.
 */
export const writeNewFolder = (target: string, fill: (folder: string) => Promise<void>): Promise<void> =>
  withFolderAside(target, async (draft) => {
    await fill(draft)
    await syncAll(draft)
    await disk.rename(draft, target)
    await sync(path.dirname(target))
  })

/** The name `link` leads to `target`, which lies beside it. An older link of that name is replaced, a folder is not. */
export const linkBeside = (link: string, target: string): Promise<void> =>
  readably(async () => {
    const draft = aside(link)
    await symlink(target, draft)
    await disk.rename(draft, link).catch(async (error: unknown) => {
      await clear(draft)
      throw error
    })
  })

/**
 * Everything in the folder `from`, which is a draft, takes its place in `target`, an empty folder on the same file system.
 * @returns takes it out again
 */
export const moveInto = (target: string, from: string): Promise<() => Promise<void>> =>
  readably(async () => {
    const moved: string[] = []
    const undo = async () => {
      for (const place of moved) await clear(place)
    }
    await syncAll(from)
    try {
      for (const name of await readdir(from)) {
        await disk.rename(path.join(from, name), path.join(target, name))
        moved.push(path.join(target, name))
      }
      await sync(target)
    } catch (error) {
      await undo()
      throw error
    }
    return undo
  })

export const remove = (target: string): Promise<void> => readably(() => disk.remove(target))

/**
 * What time it is for the file system of this folder, as the dates of its files have it: another machine may have written those, and
 * the clock of this one may be wrong.
 */
export const timeIn = (folder: string): Promise<Date> =>
  readably(async () => {
    await makeFolder(folder)
    const probe = aside(path.join(folder, 'clock'))
    try {
      await writeNew(probe, '', false)
      return (await stat(probe)).mtime
    } finally {
      await clear(probe)
    }
  })

/** Its date becomes that of now. @param now of its file system (`timeIn`); left out: of this machine, where nothing depends on it */
export const touch = (target: string, now = new Date()): Promise<void> => readably(() => utimes(target, now, now))

/** Whole or absent as well, but not synced: for what is checked when read and can be computed again. */
export const writeCacheFile = (target: string, data: Uint8Array): Promise<void> =>
  readably(async () => {
    const draft = aside(target)
    try {
      await writeNew(draft, data, false).catch(async (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error
        await disk.mkdir(path.dirname(target))
        await writeNew(draft, data, false)
      })
      await disk.rename(draft, target)
    } catch (error) {
      await clear(draft)
      throw error
    }
  })
