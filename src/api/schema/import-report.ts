/** What became of every directory entry of an import. */
import { readableName } from '../../photos/path-text.js'
import type { LeftOutEntry } from '../../versions/left-out.js'
import type { Findings, ImportFindings, ReasonCount } from '../../versions/import-report.js'
import { builder } from './builder.js'
import { DatasetVersion } from './version.js'

const within =
  'Path within the imported folder, readable: a byte that is not UTF-8 is shown as \\xE4, a line break as \\n.'

const RefusedFile = builder.objectRef<LeftOutEntry>('RefusedFile').implement({
  description: 'A file that is no usable photo, or a link or folder that cannot be read.',
  fields: (t) => ({
    path: t.string({ description: within, resolve: ({ path }) => readableName(path) }),
    reason: t.exposeString('reason', { description: 'What is wrong with it.' }),
  }),
})

const LeftOutFile = builder.objectRef<LeftOutEntry>('LeftOutEntry').implement({
  description: 'A directory entry that the version did not take in.',
  fields: (t) => ({
    path: t.string({
      description: `${within} A folder stands for everything in it.`,
      resolve: ({ path }) => readableName(path),
    }),
    reason: t.exposeString('reason', { description: 'Why it was left out.' }),
  }),
})

const CountedReason = builder.objectRef<ReasonCount>('LeftOutReason').implement({
  description: 'How many directory entries were left out for one reason.',
  fields: (t) => ({
    reason: t.exposeString('reason', { description: 'Why they were left out.' }),
    count: t.exposeInt('count', { description: 'Number of entries.' }),
  }),
})

type Examples<K extends 'merged' | 'links'> = NonNullable<ImportFindings[K]>['examples'][number]

const MergedClass = builder.objectRef<Examples<'merged'>>('MergedClass').implement({
  description: 'A class with folders that are spelled otherwise than the class.',
  fields: (t) => ({
    classLabel: t.exposeString('classLabel', { description: 'The class that all of these folders became.' }),
    folders: t.stringList({
      description: 'The folders, within the imported folder.',
      resolve: ({ folders }) => folders.map(readableName),
    }),
  }),
})

const FollowedLink = builder.objectRef<Examples<'links'>>('FollowedLink').implement({
  description: 'A link that the import followed.',
  fields: (t) => ({
    path: t.string({ description: within, resolve: ({ path }) => readableName(path) }),
    classLabel: t.string({
      nullable: true,
      description: 'The class that its photos got; null for a link that led to none.',
      resolve: ({ classLabel }) => classLabel ?? null,
    }),
    target: t.string({
      nullable: true,
      description: 'The folder that it leads to, relative to its import root; null for a link to a file.',
      resolve: ({ target }) => (target === undefined ? null : readableName(target)),
    }),
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
    path: t.string({
      description: 'The one that was left out, within the imported folder.',
      resolve: ({ path }) => readableName(path),
    }),
    sameAs: t.string({ description: 'The one that stands for it.', resolve: ({ sameAs }) => readableName(sameAs) }),
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
const examples = <T>(found: Findings<T> | undefined) => [...(found?.examples ?? [])]
const entriesOf = ({ read, duplicates, unlabelled, refused, ignored }: ImportFindings) =>
  read === undefined || !unlabelled ? null : read + duplicates.count + unlabelled.count + refused.count + ignored.count

builder.prismaObject('ImportReport', {
  description:
    'What became of every directory entry of an import, and why. Lists hold at most 200 examples; counts are exact.',
  fields: (t) => ({
    entries: t.int({
      nullable: true,
      description:
        'Directory entries below the imported folder: files, links that were not followed, and empty folders; those behind followed links, too. It is the sum of `read`, `duplicates`, `unlabelled`, `refused` and `ignored`. Null for an import of release 0.1.0.',
      resolve: (report) => entriesOf(findings(report)),
    }),
    read: t.int({
      nullable: true,
      description: 'Photos that the version took in. Null for an import of release 0.1.0.',
      resolve: (report) => findings(report).read ?? null,
    }),
    files: t.exposeInt('files', { description: 'Files that were read, duplicates and refused ones included.' }),
    refused: t.exposeInt('refused', {
      description: 'Files that are no usable photos, and links and folders that cannot be read.',
    }),
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
      description:
        'Duplicates that lie in another split. The split of the first one was kept, or TRAIN where the class has no other training photo.',
      resolve: (report) => findings(report).twoSplits.count,
    }),
    twoSplitFiles: t.field({
      type: [DuplicateFile],
      description: 'Which, and the file that was kept.',
      resolve: (report) => examples(findings(report).twoSplits),
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
      description:
        'Entries that were not looked at: text files, hidden files, recycle bins, empty folders, classes that were not asked for. Every entry in an ignored folder counts.',
      resolve: (report) => findings(report).ignored.count,
    }),
    ignoredFiles: t.stringList({
      description: 'Which, within the imported folder. A folder stands for everything in it.',
      resolve: (report) => examples(findings(report).ignored).map(readableName),
    }),
    ignoredEntries: t.field({
      type: [LeftOutFile],
      description: 'Which, and why. Empty for an import of release 0.1.0.',
      resolve: (report) => [...(findings(report).ignoredBecause?.examples ?? [])],
    }),
    ignoredReasons: t.field({
      type: [CountedReason],
      description: 'How many for each reason. Empty for an import of release 0.1.0.',
      resolve: (report) => [...(findings(report).ignoredBecause?.reasons ?? [])],
    }),
    unlabelled: t.int({
      nullable: true,
      description:
        'Photos that lie in no class folder, so that nobody knows their class. Null for an import of release 0.1.0.',
      resolve: (report) => findings(report).unlabelled?.count ?? null,
    }),
    unlabelledFiles: t.field({
      type: [LeftOutFile],
      description: 'Which.',
      resolve: (report) => examples(findings(report).unlabelled),
    }),
    mergedClasses: t.field({
      type: [MergedClass],
      description:
        'Classes with folders that are spelled otherwise than the class: in upper case, with a space behind, in several ways.',
      resolve: (report) => examples(findings(report).merged),
    }),
    links: t.int({
      nullable: true,
      description:
        'Links that were followed, to files and folders below the import roots. Null for an import of release 0.1.0.',
      resolve: (report) => findings(report).links?.count ?? null,
    }),
    followedLinks: t.field({
      type: [FollowedLink],
      description: 'Which, and the class that their photos got.',
      resolve: (report) => examples(findings(report).links),
    }),
  }),
})

builder.prismaObjectField(DatasetVersion, 'importReport', (t) =>
  t.relation('import', {
    nullable: true,
    description: 'What its import left out; null for a version that was not imported.',
  }),
)
