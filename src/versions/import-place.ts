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
export async function importPlace(config: Pick<Config, 'importRoots'>, given: string): Promise<string> {
  const refused = badInput(
    'input.path',
    `There is no folder “${given}” that may be imported. WASTEX_IMPORT_ROOTS says below which folders datasets may lie.`,
  )
  if (given.includes('\0')) throw refused
  const folder = await resolved(given)
  const facts = folder === undefined ? undefined : await stat(filePath(folder)).catch(() => undefined)
  const roots = await realImportRoots(config)
  if (folder === undefined || !facts?.isDirectory() || !roots.some((root) => isWithin(root, folder))) throw refused
  return folder
}

/** Those that there are, links resolved. */
export async function realImportRoots({ importRoots }: Pick<Config, 'importRoots'>): Promise<string[]> {
  return (await Promise.all(importRoots.map(resolved))).filter((root) => root !== undefined)
}

/** As of `pathText`. A folder that is missing, or that may not be looked into, is undefined. */
const resolved = (folder: string): Promise<string | undefined> =>
  realpath(folder, { encoding: 'buffer' }).then(pathText, () => undefined)

export const isWithin = (root: string, folder: string): boolean => {
  const below = path.relative(root, folder)
  return below === '' || (below !== '..' && !below.startsWith(`..${path.sep}`) && !path.isAbsolute(below))
}
