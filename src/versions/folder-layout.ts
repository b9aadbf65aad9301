/** Whether the folders of a dataset are classes or splits. What the names leave open is asked, and never guessed. */
import type { Split } from '../db.js'
import { badInput } from '../errors.js'
import { readableName } from '../photos/path-text.js'

const splitNames = new Map<string, Split>([
  ['train', 'TRAIN'],
  ['training', 'TRAIN'],
  ['val', 'VAL'],
  ['valid', 'VAL'],
  ['validation', 'VAL'],
  ['dev', 'VAL'],
  ['eval', 'VAL'],
  ['test', 'TEST'],
  ['testing', 'TEST'],
])
export const splitOf = (folder: string): Split | undefined => splitNames.get(folder.trim().toLowerCase())

/** `train_images`, `test2017`, `val set`. One of them may be a class ("test tubes"); two are hardly classes. */
const likeSplit =
  /(^|[^\p{L}])(train(ing)?|test(ing)?|val(id(ation)?)?|dev(el)?|eval(uation)?)[-_ ]?(set|data|images?|imgs?|photos?|split)?([^\p{L}]|$)/iu

interface Named {
  readonly name: string
}

/**
 * @param wanted keys of the classes that the client names, if it does
 * @param keyOf of the class that a folder would be
 * @param foldersIn what lies in a folder
 * @returns whether the folders are splits; else they are classes
 * @throws WasteXError BAD_USER_INPUT with the question
 */
export async function areSplits<T extends Named>(
  folders: readonly T[],
  wanted: ReadonlySet<string> | undefined,
  keyOf: (name: string) => string,
  foldersIn: (folder: T) => Promise<readonly Named[]>,
): Promise<boolean> {
  const splits = folders.filter(({ name }) => splitOf(name))
  const similar = folders.filter(({ name }) => !splitOf(name) && likeSplit.test(name))
  if (splits.length === 0 && similar.length < 2) return false
  const keys = new Set(folders.map(({ name }) => keyOf(name)))
  if (wanted && [...wanted].every((key) => keys.has(key))) {
    // The client says which folders are classes, unless one of these holds the same classes once more.
    const isClass = ({ name }: Named) => wanted.has(keyOf(name))
    const inside = await Promise.all([...splits, ...similar].filter((one) => !isClass(one)).map(foldersIn))
    if (!inside.flat().some(isClass)) return false
  }
  const others = folders.filter(({ name }) => !splitOf(name))
  if (others.length === 0 && splits.some(({ name }) => splitOf(name) === 'TRAIN')) return true
  throw question(splits.length > 0 ? splits : similar, splits.length > 0 ? others : [])
}

function question(unclear: readonly Named[], others: readonly Named[]) {
  const beside = others.length > 0 ? ` Beside them there are ${listOf(others)}.` : ''
  const noTrain = others.length === 0 ? ' Which photos are for training?' : ''
  return badInput(
    'input.path',
    `Is each of these folders a split or a class: ${listOf(unclear)}?${beside}${noTrain} ` +
      'If splits: put every class folder into a folder called train, val or test. ' +
      'If classes: name every class folder that you want in “classes”.',
  )
}

/**
 * The folders in a class folder, or in a split folder.
 * @throws WasteXError BAD_USER_INPUT with the question, when they look like splits
 */
export function refuseSplitsIn(folder: string, inside: readonly Named[], kind: 'class' | 'split'): void {
  const splits = new Set(inside.flatMap(({ name }) => splitOf(name) ?? []))
  const isUnclear =
    kind === 'class'
      ? splits.has('TRAIN') && splits.size > 1
      : splits.size > 0 && inside.every(({ name }) => splitOf(name))
  if (!isUnclear) return
  throw badInput(
    'input.path',
    `Are the folders in “${readableName(folder)}” splits: ${listOf(inside)}? ` +
      'Split folders lie at the top, and class folders in them: train/glass, not glass/train. Move or rename them.',
  )
}

const mostNamed = 20

/** Readable names, not all of a thousand. */
export function listOf(folders: readonly Named[]): string {
  const names = folders.slice(0, mostNamed).map(({ name }) => readableName(name))
  const more = folders.length - names.length
  return names.join(', ') + (more > 0 ? ` and ${more} more` : '')
}
