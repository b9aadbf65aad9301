/** What people may have taken away. */
import type { Prisma } from '../../db.js'
import { badInput, notFound } from '../../errors.js'
import { erasePhoto } from '../../keeping/erase.js'
import { decodeId } from '../ids.js'
import { once } from '../once.js'
import { builder } from './builder.js'
import { VersionEntry } from './entry.js'
import { Image } from './image.js'

builder.prismaObjectField(Image, 'erasedAt', (t) =>
  t.field({
    type: 'DateTime',
    nullable: true,
    description: 'When its bytes were erased: its addresses answer 410 since. Null while they are there.',
    select: { photo: true },
    resolve: ({ photo }) => photo.erasedAt,
  }),
)

builder.prismaObjectField(VersionEntry, 'erased', (t) =>
  t.boolean({
    description: 'Whether the photo was erased since: training leaves it out, and so does the next version.',
    select: { photo: true },
    resolve: ({ photo }) => photo.erasedAt !== null,
  }),
)

const Photo = builder.prismaObject('Photo', {
  description: 'A photo that WasteX has or had, whoever brought it.',
  fields: (t) => ({
    contentHash: t.exposeString('contentHash', { description: 'SHA-256 of its bytes as they arrived: its identity.' }),
    erasedAt: t.expose('erasedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was erased. Null while it is there.',
    }),
    image: t.relation('image', {
      nullable: true,
      description: 'What became of it in review; null for one that never went there.',
    }),
  }),
})

const contentHash = /^[0-9a-f]{64}$/

/** However whoever asks knows the photo. @throws WasteXError BAD_USER_INPUT */
function whereOf(given: string): Prisma.PhotoWhereInput {
  if (contentHash.test(given)) return { contentHash: given }
  const { typename, id } = decodeId(given, 'id')
  if (typename === 'Image') return { image: { id } }
  if (typename === 'VersionEntry') return { entries: { some: { id: BigInt(id) } } }
  throw badInput(
    'id',
    `This is the id of a ${typename}; that of an Image or a VersionEntry, or a content hash, is wanted.`,
  )
}

builder.mutationField('erasePhoto', (t) =>
  t.prismaField({
    type: Photo,
    role: 'OPERATOR',
    description:
      'Erases a photo for ever: its bytes and what was computed of them. Its rows stay, without its name, so that versions which had it say so. `CONFLICT` while its bytes lie in a dataset folder: delete the file there first.',
    args: {
      id: t.arg.id({
        required: true,
        description:
          'The photo: id of its Image or of a VersionEntry, or its content hash (SHA-256 of the file, hexadecimal).',
      }),
    },
    resolve: async (query, _root, args, context, info) => {
      const { hall } = context
      const photo = await hall.db.photo.findFirst({ where: whereOf(args.id), select: { id: true } })
      if (!photo) throw notFound('photo', args.id)
      await once(context, info, (by) => erasePhoto(hall, by, photo.id))
      return hall.db.photo.findUniqueOrThrow({ ...query, where: photo })
    },
  }),
)
