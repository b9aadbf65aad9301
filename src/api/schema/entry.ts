/** Rows of a version. */
import { readableName } from '../../photos/path-text.js'
import type { EntryPage } from '../../versions/entry-page.js'
import { type Bounds, by, type Keyset } from '../page.js'
import { photoUrl, thumbnailUrl } from '../urls.js'
import { builder } from './builder.js'
import { SplitEnum, ThumbnailSizeEnum } from './enums.js'

export const VersionEntry = builder.prismaNode('VersionEntry', {
  description: 'A photo in a version, with its label and its split. Never changes.',
  id: { field: 'id' },
  nullable: true,
  fields: (t) => ({
    version: t.relation('version', { description: 'The version that this row belongs to.' }),
    physicalPath: t.string({
      description:
        'Where the file lies, relative to the folder it was imported from or uploaded to. Reached over a link: relative to its import root.',
      select: { photo: true },
      resolve: ({ photo }) => readableName(photo.path),
    }),
    split: t.expose('split', { type: SplitEnum, description: 'What it is for. The same in every later version.' }),
    classLabel: t.exposeString('classLabel', { description: 'What it shows.' }),
    filename: t.string({
      description: 'Name of the file, as it was imported or uploaded, without invisible characters.',
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
      resolve: ({ photo }, _args, { hall }) => photoUrl(hall.config, photo.contentHash),
    }),
    thumbnailUrl: t.string({
      description: 'Path on this server of a small copy: JPEG, upright. A browser may keep it for a day.',
      args: { size: t.arg({ type: ThumbnailSizeEnum, defaultValue: 'SMALL', description: 'How small.' }) },
      select: { photo: true },
      resolve: ({ photo }, { size }, { hall }) => thumbnailUrl(hall.config, photo.contentHash, size ?? 'SMALL'),
    }),
  }),
})

export const VersionEntryConnection = builder.connectionObject(
  { type: VersionEntry, name: 'VersionEntryConnection', description: 'A page of a version’s rows.' },
  { name: 'VersionEntryEdge', description: 'A row in its place in the list.' },
)

export const entryOrder: Keyset = { name: 'ENTRY', columns: [by('id', 'bigint', 'asc')] }

/** As queries of our own take it: its one column is the id, read by the cursor's codec. */
export function entryPage(take: number, { after, before, backwards }: Bounds): EntryPage {
  const [afterId, beforeId] = [after?.[0], before?.[0]] as (bigint | undefined)[]
  return { after: afterId, before: beforeId, take, backwards }
}
