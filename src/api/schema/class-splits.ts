/** How a version's classes lie in its splits. */
import { classSplits, type ClassSplitCount as Counted, splitsLeft, untrainable } from '../../versions/class-splits.js'
import { maxPageSize } from '../page.js'
import { builder } from './builder.js'
import { SplitEnum } from './enums.js'
import { DatasetVersion } from './version.js'

const ClassSplitCount = builder.objectRef<Counted>('ClassSplitCount').implement({
  description: 'How many photos of a class a split has.',
  fields: (t) => ({
    classLabel: t.exposeString('classLabel', { description: 'Name of the class.' }),
    split: t.expose('split', { type: SplitEnum, description: 'The split.' }),
    count: t.exposeInt('count', { description: 'Photos; 1 or more.' }),
  }),
})

builder.prismaObjectField(DatasetVersion, 'classSplits', (t) =>
  t.field({
    type: [ClassSplitCount],
    description: 'Photos of each class in each split, alphabetical; what has none is left out.',
    // Of a version of earlier WasteX it reads all entries: not for a whole page of versions at once.
    extensions: { rows: maxPageSize },
    select: { id: true, classSplits: true },
    resolve: (version, _args, { hall }) =>
      (version.classSplits as Counted[] | null) ?? classSplits(hall.db, version.id),
  }),
)

builder.prismaObjectField(DatasetVersion, 'untrainableClasses', (t) =>
  t.stringList({
    description:
      'Its classes without a TRAIN photo, photos that were erased since not counted. A training leaves them out: its model does not know them. Alphabetical.',
    select: { id: true },
    resolve: async ({ id }, _args, { hall }) => untrainable(await splitsLeft(hall.db, id)),
  }),
)
