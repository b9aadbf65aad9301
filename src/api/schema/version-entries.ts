/** The rows of a version: which of them, page by page, and how many. */
import type { Db, DatasetVersion as Version, Prisma } from '../../db.js'
import { addedEntries, type Child, countAdded } from '../../versions/added-here.js'
import { connectionOf } from '../page.js'
import { builder } from './builder.js'
import { entryOrder, entryPage, VersionEntry, VersionEntryConnection } from './entry.js'
import { SplitEnum } from './enums.js'
import { pageQuery } from './page-query.js'
import { DatasetVersion } from './version.js'

const VersionEntryFilter = builder.inputType('VersionEntryFilter', {
  description: 'Which rows: all conditions that are given must hold.',
  fields: (t) => ({
    split: t.field({ type: SplitEnum, description: 'Of this split.' }),
    classLabel: t.string({ description: 'Of this class, written as it is.' }),
    reviewed: t.boolean({ description: 'true: those that came from review. false: imported ones.' }),
    addedHere: t.boolean({
      description:
        'true: those whose photo the parent has not; of a version without a parent, all. false: those whose photo the parent has, too.',
    }),
  }),
})
type Filter = typeof VersionEntryFilter.$inferInput

const isChild = (version: Version): version is Version & Child => version.parentId !== null

function whereOf(
  { id, parentId }: Version,
  { split, classLabel, reviewed, addedHere }: Filter,
): Prisma.VersionEntryWhereInput {
  return {
    versionId: id,
    ...(split && { split }),
    ...(classLabel != null && { classLabel }),
    ...(reviewed != null && { sourceImageId: reviewed ? { not: null } : null }),
    ...(addedHere === false &&
      (parentId === null ? nowhere : { photo: { entries: { some: { versionId: parentId } } } })),
  }
}

const nowhere = { id: { in: [] } } satisfies Prisma.VersionEntryWhereInput

async function countOf(db: Db, version: Version, filter: Filter): Promise<number> {
  const { addedHere, ...others } = filter
  if (addedHere === false && !isChild(version)) return 0
  const all = async () =>
    countKnown(version, others) ?? (await db.versionEntry.count({ where: whereOf(version, others) }))
  if (addedHere == null || !isChild(version)) return all()
  const added = await countAdded(db, version, others)
  // The rest is the million.
  return addedHere ? added : (await all()) - added
}

/** A version never changes, and its counts were written down with it: a million rows need not be counted again. */
function countKnown(
  { totalImages, classCounts, splits }: Version,
  { split, classLabel, reviewed }: Omit<Filter, 'addedHere'>,
): number | undefined {
  if (reviewed != null || (split && classLabel != null)) return undefined
  if (split) return (splits as { split: string; count: number }[]).find((own) => own.split === split)?.count ?? 0
  if (classLabel == null) return totalImages
  const own = (classCounts as { classLabel: string; count: number }[]).find((one) => one.classLabel === classLabel)
  return own?.count ?? 0
}

builder.prismaObjectField(DatasetVersion, 'entries', (t) =>
  t.connection(
    {
      type: VersionEntry,
      description: 'Its photos, in the order in which they were added.',
      args: { filter: t.arg({ type: VersionEntryFilter, description: 'Left out: all of them.' }) },
      resolve: (version, args, context, info) => {
        const { db } = context.hall
        const filter = args.filter ?? {}
        return connectionOf(args, entryOrder, {
          rows: async ({ where, ...slice }, bounds) => {
            const found =
              filter.addedHere && isChild(version)
                ? { id: { in: await addedEntries(db, version, filter, entryPage(slice.take, bounds)) } }
                : { AND: [whereOf(version, filter), where] }
            return db.versionEntry.findMany({ ...pageQuery(context, info), ...slice, where: found })
          },
          count: () => countOf(db, version, filter),
        })
      },
    },
    VersionEntryConnection,
  ),
)
