/** What the dataset says of a photo that is reviewed: it may have been imported, too. */
import { queryFromInfo } from '@pothos/plugin-prisma'
import { activeVersion } from '../../versions/active-version.js'
import { builder } from './builder.js'
import { VersionEntry } from './entry.js'
import { Image } from './image.js'

builder.prismaObjectField(Image, 'activeEntry', (t) =>
  t.field({
    type: VersionEntry,
    role: 'OPERATOR',
    nullable: true,
    description:
      'The photo as the active version has it, imported perhaps; null where it has not. A label of another class replaces its class in the next version; it stays in its split.',
    select: { photoId: true },
    // By the key, and not by a join on what is active: of a version made just now the planner knows nothing, and would read all rows.
    // Prisma puts together what is looked up by a key at once.
    resolve: async ({ photoId }, _args, context, info) => {
      const { db } = context.hall
      const active = await activeVersion(db)
      if (!active) return null
      const query: object = queryFromInfo({ context, info })
      return db.versionEntry.findUnique({
        ...query,
        where: { versionId_photoId: { versionId: active.id, photoId } },
      })
    },
  }),
)
