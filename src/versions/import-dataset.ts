/** A folder of photos on the server's disk becomes a version. The photos stay where they are. */
import type { Doer } from '../access/doer.js'
import { keepReceipt } from '../access/receipts.js'
import { isUniqueViolation, type Prisma, type PrismaClient } from '../db.js'
import { conflict } from '../errors.js'
import { publish } from '../events.js'
import type { Hall } from '../hall.js'
import { checkedName } from '../reviews/class-name.js'
import { ensureClasses } from '../reviews/classes.js'
import { completeVersion } from './complete-version.js'
import { listDataset } from './dataset-folder.js'
import { arrange } from './arrange-import.js'
import { type ImportProgress, progressOf, ProgressTeller } from './import-progress.js'
import { importPlace, importPlaces } from './import-place.js'
import { inSpelling } from './import-report.js'
import { insertEntries } from './insert-entries.js'
import { checkedNotes } from './notes.js'
import { changingVersions } from './one-at-a-time.js'
import { readDataset } from './read-dataset.js'
import { freeName, nameTaken } from './version-name.js'

export interface ImportDatasetInput {
  readonly name: string
  /** Absolute, or relative to the working folder. */
  readonly path: string
  /** Only these class folders. Left out: all. */
  readonly classes?: readonly string[] | null | undefined
  readonly notes?: string | null | undefined
  /** Left out: if no version is active yet. */
  readonly activate?: boolean | null | undefined
}

type ImportHall = Pick<Hall, 'config' | 'db' | 'events' | 'log'>

interface RunningImport {
  readonly root: string
  readonly version: Promise<{ id: number }>
  progress: ProgressTeller | undefined
}

/** By name. A server has one database; tests have several side by side. */
const runningIn = new WeakMap<PrismaClient, Map<string, RunningImport>>()

function runningImports(db: PrismaClient): Map<string, RunningImport> {
  const running = runningIn.get(db) ?? new Map<string, RunningImport>()
  runningIn.set(db, running)
  return running
}

/**
 * Answers when the version is there. It goes on whoever stops waiting; the same name and path again joins it.
 * @throws WasteXError BAD_USER_INPUT; CONFLICT: the name is taken, or is being imported from elsewhere
 */
export async function importDataset(hall: ImportHall, by: Doer, input: ImportDatasetInput): Promise<{ id: number }> {
  const name = checkedName('input.name', input.name)
  const root = await importPlace(hall.config, input.path)
  const running = runningImports(hall.db)
  const same = running.get(name)
  if (same && same.root !== root) throw conflict(`A version “${name}” is being imported from another folder.`)
  if (same) {
    const { id } = await same.version
    await keepReceipt(hall.db, by, { id })
    return { id }
  }
  const own: RunningImport = {
    root,
    progress: undefined,
    version: makeVersion(hall, by, { ...input, name }, root, (progress) => (own.progress = progress)).finally(() =>
      running.delete(name),
    ),
  }
  running.set(name, own)
  return own.version
}

/** How far the import of that name is, now and until it is over. */
export const importProgress = (hall: ImportHall, name: string): AsyncIterableIterator<ImportProgress> =>
  progressOf(hall, name, () => runningImports(hall.db).get(name)?.progress?.current)

async function makeVersion(
  hall: ImportHall,
  by: Doer,
  input: ImportDatasetInput,
  root: string,
  begin: (progress: ProgressTeller) => void,
): Promise<{ id: number }> {
  const { db } = hall
  const notes = checkedNotes(input.notes)
  const name = await freeName(db, input.name)
  const folder = await listDataset(root, await importPlaces(hall.config), input.classes ?? undefined)
  const progress = new ProgressTeller(hall, name, folder.files.length)
  begin(progress)
  try {
    const read = await readDataset(hall, root, folder.files, progress.count)
    const { entries, report } = await arrange(db, root, folder, read)
    await progress.settled()
    return await changingVersions(db, async (tx) => {
      const spelling = await ensureClasses(tx, [...new Set(entries.map((entry) => entry.classLabel))])
      const { id } = await tx.datasetVersion.create({
        data: { name, notes, totalImages: 0, classCounts: [], splits: [] },
        select: { id: true },
      })
      await insertEntries(tx, id, entries, spelling)
      const { files, refused } = report
      const found = inSpelling(report.whatBecame, folder, spelling) as unknown as Prisma.InputJsonObject
      await tx.importReport.create({ data: { versionId: id, files, refused, findings: found } })
      await completeVersion(tx, by, 'IMPORT_DATASET', id, input.activate ?? undefined)
      // Told when the version is there for all to see, and not before: when the transaction commits.
      await publish(tx, 'importProgress', { ...progress.current, finished: true })
      return { id }
    })
  } catch (error) {
    await progress.settled()
    await publish(db, 'importProgress', { ...progress.current, finished: true })
    throw isUniqueViolation(error) ? nameTaken(name) : error
  }
}
