/** Versions of the dataset, and the classes that photos are sorted into. */
import { SplitEnum } from './enums.js'
import { builder } from './builder.js'
import { ClassCount } from './counts.js'

const SplitCount = builder.objectRef<{ split: 'TRAIN' | 'VAL' | 'TEST'; count: number }>('SplitCount').implement({
  description: 'How many photos a split has.',
  fields: (t) => ({
    split: t.expose('split', { type: SplitEnum, description: 'The split.' }),
    count: t.exposeInt('count', { description: 'Photos.' }),
  }),
})

export const DatasetVersion = builder.prismaNode('DatasetVersion', {
  description: 'A fixed set of labelled photos. Once made it never changes; the next version has it as parent.',
  id: { field: 'id' },
  nullable: true,
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Unique.' }),
    parent: t.relation('parent', {
      nullable: true,
      description: 'The version it was made from; null for an imported one.',
    }),
    isActive: t.exposeBoolean('isActive', {
      description: 'The one that the next version is made from. At most one is.',
    }),
    totalImages: t.exposeInt('totalImages', { description: 'Photos in it, those of the parent included.' }),
    classCounts: t.field({
      type: [ClassCount],
      description: 'Photos of each class, alphabetical.',
      resolve: ({ classCounts }) => classCounts as { classLabel: string; count: number }[],
    }),
    splits: t.field({
      type: [SplitCount],
      description: 'Photos in each split, alphabetical.',
      resolve: ({ splits }) => splits as { split: 'TRAIN' | 'VAL' | 'TEST'; count: number }[],
    }),
    notes: t.exposeString('notes', { nullable: true, description: 'What its maker wrote about it.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
})

export const DatasetVersionConnection = builder.connectionObject(
  { type: DatasetVersion, name: 'DatasetVersionConnection', description: 'A page of versions.' },
  { name: 'DatasetVersionEdge', description: 'A version in its place in the list.' },
)

export const DatasetClass = builder.prismaNode('DatasetClass', {
  description: 'A kind of waste. Classes come from imported folders and from labels.',
  id: { field: 'id' },
  nullable: true,
  fields: (t) => ({
    name: t.exposeString('name', { description: 'As first written; unique without regard to case.' }),
    introducedIn: t.relation('introducedIn', {
      nullable: true,
      description: 'The first version that contains it; null while a label alone names it.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was first named.' }),
  }),
})
