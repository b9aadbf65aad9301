/** What people may have taken away. */
import { erasePhoto } from '../../keeping/erase.js'
import { rawId } from '../ids.js'
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

builder.mutationField('erasePhoto', (t) =>
  t.prismaField({
    type: Image,
    role: 'OPERATOR',
    description:
      'Erases a photo for ever: its bytes and what was computed of them. Its row stays, without its name, so that versions which had it say so. `CONFLICT` when its file lies in a dataset folder: delete it there first.',
    args: { id: t.arg.id({ required: true, description: 'The photo.' }) },
    resolve: async (query, _root, args, context, info) => {
      const { hall } = context
      const id = rawId('Image', args.id, 'id')
      await once(context, info, (by) => erasePhoto(hall, by, id))
      return hall.db.image.findUniqueOrThrow({ ...query, where: { id } })
    },
  }),
)
