/** Rows of a version. */
import type { DatasetVersion as Counted, Prisma } from '../../db.js'
import { by, connectionOf, type Keyset } from '../page.js'
import { photoUrl, thumbnailUrl } from '../urls.js'
import { builder } from './builder.js'
import { SplitEnum, ThumbnailSizeEnum } from './enums.js'
import { pageQuery } from './page-query.js'
import { DatasetVersion } from './version.js'

export const VersionEntry = builder.prismaNode('VersionEntry', {
  description: 'A photo in a version, with its label and its split. Never changes.',
  id: { field: 'id' },
  nullable: true,
  fields: (t) => ({
    version: t.relation('version', { description: 'The version that this row belongs to.' }),
    physicalPath: t.string({
      description: 'Where the file lies, relative to the folder it was imported from or uploaded to.',
      select: { photo: true },
      resolve: ({ photo }) => photo.path,
    }),
    split: t.expose('split', { type: SplitEnum, description: 'What it is for. The same in every later version.' }),
    classLabel: t.exposeString('classLabel', { description: 'What it shows.' }),
    filename: t.string({
      description: 'Name of the file, as it was imported or uploaded.',
      select: { photo: true },
      resolve: ({ photo }) => photo.filename,
    }),
    fileSize: t.int({
      description: 'Bytes on disk.',
      select: { photo: true },
      resolve: ({ photo }) => photo.bytes,
    }),
    contentHash: t.string({
      description: 'SHA-256 of the photo’s bytes as they arrived, hexadecimal.',
      select: { photo: true },
      resolve: ({ photo }) => photo.contentHash,
    }),
    sourceImage: t.relation('sourceImage', {
      nullable: true,
      description: 'The reviewed photo it came from; null for an imported one.',
    }),
    addedAt: t.expose('addedAt', {
      type: 'DateTime',
      description: 'When the photo came into this line of versions.',
    }),
    url: t.string({
      description: 'Path on this server of the photo.',
      select: { photo: true },
      resolve: ({ photo }) => photoUrl(photo.contentHash),
    }),
    thumbnailUrl: t.string({
      description: 'Path on this server of a small copy: JPEG, upright. A browser may keep it for a day.',
      args: { size: t.arg({ type: ThumbnailSizeEnum, defaultValue: 'SMALL', description: 'How small.' }) },
      select: { photo: true },
      resolve: ({ photo }, { size }) => thumbnailUrl(photo.contentHash, size ?? 'SMALL'),
    }),
  }),
})

export const VersionEntryConnection = builder.connectionObject(
  { type: VersionEntry, name: 'VersionEntryConnection', description: 'A page of a version’s rows.' },
  { name: 'VersionEntryEdge', description: 'A row in its place in the list.' },
)

const VersionEntryFilter = builder.inputType('VersionEntryFilter', {
  description: 'Which rows: all conditions that are given must hold.',
  fields: (t) => ({
    split: t.field({ type: SplitEnum, description: 'Of this split.' }),
    classLabel: t.string({ description: 'Of this class, written as it is.' }),
    reviewed: t.boolean({ description: 'true: those that came from review. false: imported ones.' }),
  }),
})

function whereOf({
  split,
  classLabel,
  reviewed,
}: typeof VersionEntryFilter.$inferInput): Prisma.VersionEntryWhereInput {
  return {
    ...(split && { split }),
    ...(classLabel != null && { classLabel }),
    ...(reviewed != null && { sourceImageId: reviewed ? { not: null } : null }),
  }
}

/** A version never changes, and its counts were written down with it: a million rows need not be counted again. */
function countKnown(
  { totalImages, classCounts, splits }: Counted,
  { split, classLabel, reviewed }: typeof VersionEntryFilter.$inferInput,
): number | undefined {
  if (reviewed != null || (split && classLabel != null)) return undefined
  if (split) return (splits as { split: string; count: number }[]).find((own) => own.split === split)?.count ?? 0
  if (classLabel == null) return totalImages
  const own = (classCounts as { classLabel: string; count: number }[]).find((one) => one.classLabel === classLabel)
  return own?.count ?? 0
}

export const entryOrder: Keyset = { name: 'ENTRY', columns: [by('id', 'bigint', 'asc')] }

builder.prismaObjectField(DatasetVersion, 'entries', (t) =>
  t.connection(
    {
      type: VersionEntry,
      description: 'Its photos, in the order in which they were added.',
      args: { filter: t.arg({ type: VersionEntryFilter, description: 'Left out: all of them.' }) },
      resolve: (version, args, context, info) => {
        const { db } = context.hall
        const filter = { versionId: version.id, ...whereOf(args.filter ?? {}) }
        return connectionOf(args, entryOrder, {
          rows: ({ where, ...slice }) =>
            db.versionEntry.findMany({ ...pageQuery(context, info), ...slice, where: { AND: [filter, where] } }),
          count: async () => countKnown(version, args.filter ?? {}) ?? (await db.versionEntry.count({ where: filter })),
        })
      },
    },
    VersionEntryConnection,
  ),
)
