/** What a new run is called, and what it is to tell apart. */
import type { Config } from '../config.js'
import type { Db, TrainingRun } from '../db.js'
import { badInput } from '../errors.js'
import { foundFolders } from '../model/run-folder.js'
import { quoted } from '../quoted.js'
import { splitsLeft, trainedClasses, untrainable } from '../versions/class-splits.js'

/** The next number that neither a run has nor a folder left by another database. */
export async function freeRunName(tx: Db, config: Pick<Config, 'modelsDir'>): Promise<string> {
  const runs = await tx.trainingRun.findMany({ where: { name: { startsWith: 'run-' } }, select: { name: true } })
  const numbers = [...runs, ...(await foundFolders(config))].map(({ name }) =>
    Number(/^run-(\d{1,9})$/.exec(name)?.[1] ?? 0),
  )
  return `run-${numbers.reduce((highest, n) => Math.max(highest, n), 0) + 1}`
}

export interface Trainable {
  /** In the order of the logits. */
  readonly classLabels: string[]
  /** Classes of the version that have no training photo. The model does not know them. */
  readonly untrainable: string[]
}

/** @throws WasteXError BAD_USER_INPUT when too little is left to train or to judge */
export async function trainableClasses(db: Db, versionId: number, name: string): Promise<Trainable> {
  const field = 'input.datasetVersion'
  const counts = await splitsLeft(db, versionId)
  const trained = trainedClasses(counts)
  const classLabels = [...trained].sort()
  const left = untrainable(counts)
  const [one] = classLabels
  if (classLabels.length < 2)
    throw badInput(
      field,
      `Version “${name}” has training photos of fewer than two classes${one === undefined ? '' : `: only of ${quoted([one])}`}.${left.length > 0 ? ` ${quoted(left)} ${left.length === 1 ? 'has' : 'have'} none.` : ''} A model tells at least two classes apart: label photos of another class, make a version with them and train on that.`,
    )
  if (!counts.some(({ classLabel, split, count }) => split === 'TEST' && count > 0 && trained.has(classLabel)))
    throw badInput(
      field,
      `Version “${name}” has no test photos of ${quoted(classLabels)}: nothing would say how good the model is. Give one of these classes three photos or more.`,
    )
  return { classLabels, untrainable: left }
}

/** A run keeps its classes for as long as it lives, because its checkpoint has a weight for each. @returns undefined when it can train */
export function whyNotTrainable(
  run: Pick<TrainingRun, 'classLabels'>,
  trained: ReadonlySet<string>,
): string | undefined {
  const lost = run.classLabels.filter((label) => !trained.has(label))
  if (lost.length === 0) return undefined
  return `The run was started with ${quoted(lost)}, but its version has no training photo of ${lost.length === 1 ? 'that class' : 'these classes'}: it never had one, or they were erased. Start a new run, which leaves ${lost.length === 1 ? 'the class' : 'them'} out.`
}
