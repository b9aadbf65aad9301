/** How an import goes. */
import type { ImportProgress as Progress } from '../../versions/import-progress.js'
import { importProgress } from '../../versions/import-dataset.js'
import { builder } from './builder.js'

const ImportProgress = builder.objectRef<Progress>('ImportProgress').implement({
  description: 'How far an import is.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name of the version that is being made.' }),
    done: t.exposeInt('done', { description: 'Files read so far, refused ones included.' }),
    total: t.exposeInt('total', { description: 'Files in all.' }),
    refused: t.exposeInt('refused', { description: 'Files so far that are no usable photos.' }),
    finished: t.exposeBoolean('finished', { description: 'Whether it is over, well or badly: the last one to come.' }),
  }),
})

builder.queryField('importRoots', (t) =>
  t.stringList({
    role: 'TRAINER',
    description: 'Folders on the server’s disk below which `importDataset` reads: `WASTEX_IMPORT_ROOTS`.',
    resolve: (_root, _args, { hall }) => [...hall.config.importRoots],
  }),
)

builder.subscriptionField('importProgress', (t) =>
  t.field({
    type: ImportProgress,
    role: 'OPERATOR',
    description:
      'How far the import of a version is: at once, then a few times a second. Completes when it is over; before it begins, waits for it.',
    args: { name: t.arg.string({ required: true, description: 'Name of the version.' }) },
    subscribe: (_root, { name }, { hall }) => importProgress(hall, name),
    resolve: (progress) => progress,
  }),
)
