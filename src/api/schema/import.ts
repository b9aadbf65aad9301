/** How an import goes, and what it left out. */
import type { ImportProgress as Progress } from '../../versions/import-progress.js'
import { importProgress } from '../../versions/import-dataset.js'
import type { Findings, ImportFindings } from '../../versions/import-report.js'
import { builder } from './builder.js'
import { DatasetVersion } from './version.js'

const ImportProgress = builder.objectRef<Progress>('ImportProgress').implement({
  description: 'How far an import is.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name of the version that is being made.' }),
    done: t.exposeInt('done', { description: 'Files read so far, refused ones included.' }),
    total: t.exposeInt('total', { description: 'Files in all.' }),
    refused: t.exposeInt('refused', { description: 'Files so far that are no usable photos.' }),
    finished: t.exposeBoolean('finished', { description: 'Whether it is over, well or badly: the last one to come.' }),
  }),
})

builder.queryField('importRoots', (t) =>
  t.stringList({
    role: 'TRAINER',
    description: 'Folders on the server’s disk below which `importDataset` reads: `WASTEX_IMPORT_ROOTS`.',
    resolve: (_root, _args, { hall }) => [...hall.config.importRoots],
  }),
)

builder.subscriptionField('importProgress', (t) =>
  t.field({
    type: ImportProgress,
    role: 'OPERATOR',
    description:
      'How far the import of a version is: at once, then a few times a second. Completes when it is over; before it begins, waits for it.',
    args: { name: t.arg.string({ required: true, description: 'Name of the version.' }) },
    subscribe: (_root, { name }, { hall }) => importProgress(hall, name),
    resolve: (progress) => progress,
  }),
)

const RefusedFile = builder.objectRef<{ path: string; reason: string }>('RefusedFile').implement({
  description: 'A file that is no usable photo.',
  fields: (t) => ({
    path: t.exposeString('path', { description: 'Within the imported folder.' }),
    reason: t.exposeString('reason', { description: 'What is wrong with it.' }),
  }),
})

interface Duplicate {
  path: string
  sameAs: string
  classLabel?: string
  keptLabel?: string
}

const DuplicateFile = builder.objectRef<Duplicate>('DuplicateFile').implement({
  description: 'A file with the same bytes as another.',
  fields: (t) => ({
    path: t.exposeString('path', { description: 'The one that was left out, within the imported folder.' }),
    sameAs: t.exposeString('sameAs', { description: 'The one that stands for it.' }),
    classLabel: t.exposeString('classLabel', {
      nullable: true,
      description: 'The class whose folder it lay in; null where both lay in the same.',
    }),
    keptLabel: t.exposeString('keptLabel', {
      nullable: true,
      description: 'The label that was kept; null where both had the same.',
    }),
  }),
})

const findings = ({ findings: found }: { findings: unknown }) => found as ImportFindings
const examples = <T>({ examples: some }: Findings<T>) => [...some]

builder.prismaObject('ImportReport', {
  description: 'What an import left out of its version, and why. Lists hold at most 200 examples; counts are exact.',
  fields: (t) => ({
    files: t.exposeInt('files', { description: 'Files that were read.' }),
    refused: t.exposeInt('refused', { description: 'Files that are no usable photos.' }),
    refusedFiles: t.field({
      type: [RefusedFile],
      description: 'Which, and what is wrong with them.',
      resolve: (report) => examples(findings(report).refused),
    }),
    duplicates: t.int({
      description: 'Files with the same bytes as another: left out.',
      resolve: (report) => findings(report).duplicates.count,
    }),
    duplicateFiles: t.field({
      type: [DuplicateFile],
      description: 'Which.',
      resolve: (report) => examples(findings(report).duplicates),
    }),
    twoLabels: t.int({
      description: 'Those of them that lie in folders of two classes: one of the two is wrong.',
      resolve: (report) => findings(report).twoLabels.count,
    }),
    twoLabelFiles: t.field({
      type: [DuplicateFile],
      description: 'Which, and the label that was kept.',
      resolve: (report) => examples(findings(report).twoLabels),
    }),
    twoSplits: t.int({
      description: 'Duplicates that lie in another split; the first one’s split was kept.',
      resolve: (report) => findings(report).twoSplits.count,
    }),
    nearCopyGroups: t.int({
      description: 'Groups of photos that are near copies of each other. Each group is in one split.',
      resolve: (report) => findings(report).nearCopies.groups,
    }),
    nearCopiesAcrossSplits: t.int({
      description: 'Groups that the dataset’s own folders put into several splits.',
      resolve: (report) => findings(report).nearCopies.acrossSplits,
    }),
    ignored: t.int({
      description: 'Files that were not looked at: read-me files, lists, links.',
      resolve: (report) => findings(report).ignored.count,
    }),
    ignoredFiles: t.stringList({
      description: 'Which, within the imported folder.',
      resolve: (report) => examples(findings(report).ignored),
    }),
  }),
})

builder.prismaObjectField(DatasetVersion, 'importReport', (t) =>
  t.relation('import', {
    nullable: true,
    description: 'What its import left out; null for a version that was not imported.',
  }),
)
