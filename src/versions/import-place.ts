import { realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '../config.js'
import { badInput } from '../errors.js'
import { filePath, pathText } from '../photos/path-text.js'

/**
 * The folder to import, links resolved, if it lies below one of the import roots.
 * @param given absolute, or relative to the working folder
 * @throws WasteXError BAD_USER_INPUT; the same whether it is missing or forbidden: nobody is to feel about on the disk
 */
export async function importPlace(config: Folders, given: string): Promise<string> {
  const refused = badInput(
    'input.path',
    `There is no folder “${given}” that may be imported. WASTEX_IMPORT_ROOTS says below which folders datasets may lie.`,
  )
  if (given.includes('\0')) throw refused
  const folder = await resolved(given)
  const facts = folder === undefined ? undefined : await stat(filePath(folder)).catch(() => undefined)
  const places = await importPlaces(config)
  if (folder === undefined || !facts?.isDirectory() || !mayBeRead(places, folder)) throw refused
  return folder
}

/** Folders, links resolved. */
export interface ImportPlaces {
  /** Below these an import may read. */
  readonly roots: readonly string[]
  /** Those of this service itself: its photos, models and programs are no dataset. A root may lie within one of them. */
  readonly own: readonly string[]
}

type Folders = Pick<Config, 'importRoots' | 'dataDir' | 'modelsDir'>

const programFolder = path.resolve(import.meta.dirname, '..', '..')

/** Those that there are. */
export async function importPlaces({ importRoots, dataDir, modelsDir }: Folders): Promise<ImportPlaces> {
  const there = async (folders: readonly string[]) =>
    (await Promise.all(folders.map(resolved))).filter((folder) => folder !== undefined)
  return { roots: await there(importRoots), own: await there([dataDir, modelsDir, programFolder]) }
}

/** Of all these folders the innermost around it decides. @param real a path without links */
export function mayBeRead({ roots, own }: ImportPlaces, real: string): boolean {
  const innermost = (folders: readonly string[]) =>
    Math.max(-1, ...folders.filter((folder) => isWithin(folder, real)).map(({ length }) => length))
  return innermost(roots) > innermost(own)
}

/** As of `pathText`. A folder that is missing, or that may not be looked into, is undefined. */
const resolved = (folder: string): Promise<string | undefined> =>
  realpath(folder, { encoding: 'buffer' }).then(pathText, () => undefined)

export const isWithin = (root: string, folder: string): boolean => {
  const below = path.relative(root, folder)
  return below === '' || (below !== '..' && !below.startsWith(`..${path.sep}`) && !path.isAbsolute(below))
}
