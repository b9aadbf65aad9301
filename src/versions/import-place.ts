import { realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '../config.js'
import { badInput } from '../errors.js'

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
  if (folder === undefined || !(await stat(folder)).isDirectory()) throw refused
  const roots = await Promise.all(config.importRoots.map(resolved))
  if (!roots.some((root) => root !== undefined && isWithin(root, folder))) throw refused
  return folder
}

/** A folder that is missing, or that may not be looked into, is undefined. */
const resolved = (folder: string): Promise<string | undefined> => realpath(folder).catch(() => undefined)

const isWithin = (root: string, folder: string) => {
  const below = path.relative(root, folder)
  return below === '' || (below !== '..' && !below.startsWith(`..${path.sep}`) && !path.isAbsolute(below))
}
