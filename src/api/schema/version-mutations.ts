/** Importing photos, making versions, choosing the active one. */
import { longestName } from '../../reviews/class-name.js'
import { createVersion } from '../../versions/create-version.js'
import { mostClasses } from '../../versions/dataset-folder.js'
import { importDataset } from '../../versions/import-dataset.js'
import { longestNotes } from '../../versions/notes.js'
import { setActiveVersion } from '../../versions/set-active-version.js'
import { once } from '../once.js'
import { given } from '../given.js'
import { builder } from './builder.js'
import { DatasetVersion } from './version.js'

const versionName = `Name of the new version, unique: 1 to ${longestName} characters, none of them invisible.`
const whatNotes = `Anything worth knowing about it later, at most ${longestNotes} characters.`

const ImportDatasetInput = builder.inputType('ImportDatasetInput', {
  description: 'A folder of class folders, or of train, val and test folders of class folders, on the server’s disk.',
  fields: (t) => ({
    name: t.string({ required: true, description: versionName }),
    path: t.string({ required: true, description: 'The folder. It must lie below `WASTEX_IMPORT_ROOTS`.' }),
    classes: t.stringList({
      description: `Only these class folders, at most ${mostClasses}. Left out: all of them, however many.`,
    }),
    notes: t.string({ description: whatNotes }),
    activate: t.boolean({ description: 'Make it the active version. Left out: true when there is none yet.' }),
  }),
})

const CreateVersionInput = builder.inputType('CreateVersionInput', {
  description: 'A new version: its parent’s photos and every staged one.',
  fields: (t) => ({
    name: t.string({ required: true, description: versionName }),
    parent: t.string({ description: 'Name of the version to start from. Left out: the active one.' }),
    notes: t.string({ description: whatNotes }),
    activate: t.boolean({ description: 'Make it the active version. Left out: true.' }),
  }),
})

builder.mutationFields((t) => ({
  importDataset: t.prismaField({
    type: DatasetVersion,
    role: 'TRAINER',
    description:
      'Reads every photo once, copies none, and makes a version without a parent. Answers when it is done; a client that hangs up does not stop it, and the same name and path again joins it.',
    args: { input: t.arg({ type: ImportDatasetInput, required: true, description: 'What to import.' }) },
    resolve: async (query, _root, { input }, context, info) => {
      const { hall } = context
      const { id } = await once(context, info, (by) => importDataset(hall, by, given(input)))
      return hall.db.datasetVersion.findUniqueOrThrow({ ...query, where: { id } })
    },
  }),
  createVersion: t.prismaField({
    type: DatasetVersion,
    role: 'TRAINER',
    description:
      'Makes a version of the parent’s photos and every photo staged at that moment. No file is copied or read. `CONFLICT` when the name is taken.',
    args: { input: t.arg({ type: CreateVersionInput, required: true, description: 'What to make.' }) },
    resolve: async (query, _root, { input }, context, info) => {
      const { hall } = context
      const { id } = await once(context, info, (by) => createVersion(hall, by, given(input)))
      return hall.db.datasetVersion.findUniqueOrThrow({ ...query, where: { id } })
    },
  }),
  setActiveVersion: t.prismaField({
    type: DatasetVersion,
    role: 'TRAINER',
    description: 'Makes this the version that the next one is made from.',
    args: { name: t.arg.string({ required: true, description: 'Its name.' }) },
    resolve: async (query, _root, { name }, context, info) => {
      const { hall } = context
      await once(context, info, (by) => setActiveVersion(hall, by, name))
      return hall.db.datasetVersion.findUniqueOrThrow({ ...query, where: { name } })
    },
  }),
}))
