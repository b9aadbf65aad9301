/** What another version says of the same photo: the other label of a relabelled one. */
import { notFound } from '../../errors.js'
import { builder } from './builder.js'
import { VersionEntry } from './entry.js'

builder.prismaObjectField(VersionEntry, 'labelIn', (t) =>
  t.string({
    nullable: true,
    description: 'What the same photo is labelled as in another version; null when that version has it not.',
    args: { version: t.arg.string({ required: true, description: 'Name of the other version.' }) },
    select: { photoId: true },
    // For a page of rows each of the two comes in one statement: Prisma puts together what is looked up by a key at once.
    resolve: async ({ photoId }, { version: name }, { hall: { db } }) => {
      const version = await db.datasetVersion.findUnique({ where: { name }, select: { id: true } })
      if (!version) throw notFound('dataset version', name)
      const where = { versionId_photoId: { versionId: version.id, photoId } }
      return (await db.versionEntry.findUnique({ where, select: { classLabel: true } }))?.classLabel ?? null
    },
  }),
)
