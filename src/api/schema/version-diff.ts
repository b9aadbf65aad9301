/** What sets two versions apart. */
import {
  type ClassDifference,
  diffCounts,
  type DiffCounts,
  diffEntries,
  versionDiff,
  type VersionDiff as Diff,
} from '../../versions/diff.js'
import type { Context } from '../context.js'
import { connectionOf, type PageArguments } from '../page.js'
import { builder } from './builder.js'
import { entryOrder, entryPage, VersionEntry, VersionEntryConnection } from './entry.js'
import { pageQuery } from './page-query.js'
import { DatasetVersion } from './version.js'
import type { GraphQLResolveInfo } from 'graphql'

const ClassDifferenceType = builder.objectRef<ClassDifference>('ClassDifference').implement({
  description: 'How many photos of a class both versions have.',
  fields: (t) => ({
    classLabel: t.exposeString('classLabel', { description: 'Name of the class.' }),
    from: t.exposeInt('from', { description: 'Photos in `from`.' }),
    to: t.exposeInt('to', { description: 'Photos in `to`.' }),
  }),
})

/** The counts take a join of both versions: once, and only when asked for. */
interface DiffWithCounts {
  readonly diff: Diff
  readonly counts: () => Promise<DiffCounts>
}

function countedOnce(count: () => Promise<DiffCounts>): () => Promise<DiffCounts> {
  let counts: Promise<DiffCounts> | undefined
  return () => (counts ??= count())
}

const entriesOf =
  (kind: keyof DiffCounts) =>
  ({ diff, counts }: DiffWithCounts, args: PageArguments, context: Context, info: GraphQLResolveInfo) => {
    const { db } = context.hall
    return connectionOf(args, entryOrder, {
      rows: async (slice, bounds) => {
        const ids = await diffEntries(db, diff, kind, entryPage(slice.take, bounds))
        if (ids.length === 0) return []
        return db.versionEntry.findMany({ ...pageQuery(context, info), ...slice, where: { id: { in: ids } } })
      },
      count: async () => (await counts())[kind],
    })
  }

const VersionDiff = builder.objectRef<DiffWithCounts>('VersionDiff').implement({
  description: 'What sets two versions apart, photo by photo.',
  fields: (t) => ({
    from: t.field({ type: DatasetVersion, description: 'The one.', resolve: ({ diff }) => diff.from }),
    to: t.field({ type: DatasetVersion, description: 'The other.', resolve: ({ diff }) => diff.to }),
    addedCount: t.int({
      description: 'Photos that only `to` has.',
      resolve: async ({ counts }) => (await counts()).added,
    }),
    removedCount: t.int({
      description: 'Photos that only `from` has.',
      resolve: async ({ counts }) => (await counts()).removed,
    }),
    relabelledCount: t.int({
      description: 'Photos of both that have another label in `to`.',
      resolve: async ({ counts }) => (await counts()).relabelled,
    }),
    classCounts: t.field({
      type: [ClassDifferenceType],
      description: 'Every class of either, alphabetical.',
      resolve: ({ diff }) => diff.classCounts,
    }),
    added: t.connection(
      {
        type: VersionEntry,
        description: 'Rows of `to` whose photo `from` has not.',
        resolve: entriesOf('added'),
      },
      VersionEntryConnection,
    ),
    removed: t.connection(
      {
        type: VersionEntry,
        description: 'Rows of `from` whose photo `to` has not.',
        resolve: entriesOf('removed'),
      },
      VersionEntryConnection,
    ),
    relabelled: t.connection(
      {
        type: VersionEntry,
        description: 'Rows of `to` whose photo has another label in `from`.',
        resolve: entriesOf('relabelled'),
      },
      VersionEntryConnection,
    ),
  }),
})

builder.queryField('versionDiff', (t) =>
  t.field({
    type: VersionDiff,
    role: 'OPERATOR',
    description: 'Compares any two versions, whether or not one came from the other.',
    args: {
      from: t.arg.string({ required: true, description: 'Name of the one.' }),
      to: t.arg.string({ required: true, description: 'Name of the other.' }),
    },
    resolve: async (_root, { from, to }, { hall }) => {
      const diff = await versionDiff(hall.db, from, to)
      return { diff, counts: countedOnce(() => diffCounts(hall.db, diff)) }
    },
  }),
)
