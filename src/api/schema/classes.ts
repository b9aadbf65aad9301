/** Classes: listed, looked for, removed. */
import type { Prisma } from '../../db.js'
import { classKey } from '../../reviews/class-name.js'
import { removeClass } from '../../reviews/classes.js'
import { mostSimilar, similarClasses } from '../../reviews/similar-classes.js'
import { once } from '../once.js'
import { by, connectionOf, type Keyset, maxPageSize } from '../page.js'
import { builder } from './builder.js'
import { pageQuery } from './page-query.js'
import { DatasetClass } from './version.js'

const DatasetClassConnection = builder.connectionObject(
  { type: DatasetClass, name: 'DatasetClassConnection', description: 'A page of classes.' },
  { name: 'DatasetClassEdge', description: 'A class in its place in the list.' },
)

const ClassFilter = builder.inputType('ClassFilter', {
  description: 'Which classes. Several conditions hold together.',
  fields: (t) => ({
    search: t.string({ description: 'Those whose names contain this, without regard to case.' }),
    unused: t.boolean({
      description: 'Whether no photo is labelled with it and no version contains it: `removeClass` takes those.',
    }),
  }),
})

const classesWhere = ({ search, unused }: typeof ClassFilter.$inferInput): Prisma.DatasetClassWhereInput => {
  const isUnused = { images: { none: {} }, entries: { none: {} } }
  return {
    ...(search && { key: { contains: classKey(search.trim()) } }),
    ...(unused === true && isUnused),
    ...(unused === false && { NOT: isUnused }),
  }
}

const alphabetical: Keyset = { name: 'CLASS', columns: [by('key', 'text', 'asc')] }
builder.queryFields((t) => ({
  datasetClasses: t.prismaField({
    type: [DatasetClass],
    role: 'OPERATOR',
    description: 'Every class there is, alphabetical.',
    // As the largest page: each leads to a version, and from there to its entries.
    extensions: { rows: maxPageSize },
    resolve: (query, _root, _args, { hall }) => hall.db.datasetClass.findMany({ ...query, orderBy: { key: 'asc' } }),
  }),
  classes: t.connection(
    {
      type: DatasetClass,
      role: 'OPERATOR',
      description: 'Classes by pages, alphabetical.',
      args: { filter: t.arg({ type: ClassFilter, description: 'Which of them. Left out: all.' }) },
      resolve: (_root, { filter, ...args }, context, info) => {
        const where = classesWhere(filter ?? {})
        return connectionOf(args, alphabetical, {
          rows: ({ where: beyond, ...slice }) =>
            context.hall.db.datasetClass.findMany({
              ...pageQuery(context, info),
              ...slice,
              where: { AND: [where, beyond ?? {}] },
            }),
          count: () => context.hall.db.datasetClass.count({ where }),
        })
      },
    },
    DatasetClassConnection,
  ),
  similarClasses: t.prismaField({
    type: [DatasetClass],
    role: 'OPERATOR',
    description:
      'Classes whose names look like this one without being it: compatible characters (NFKC) and letters that are easily confused (Unicode UTS 39). To ask before `label` creates a new class. Empty when there are none, or when the class itself exists.',
    args: { name: t.arg.string({ required: true, description: 'A name that `label` is to be given.' }) },
    extensions: { rows: mostSimilar },
    resolve: async (query, _root, { name }, { hall }) => {
      const keys = await similarClasses(hall.db, name)
      return hall.db.datasetClass.findMany({ ...query, where: { key: { in: keys } }, orderBy: { key: 'asc' } })
    },
  }),
}))

builder.mutationField('removeClass', (t) =>
  t.string({
    role: 'OPERATOR',
    description:
      'Removes a class that nothing uses, such as one that was mistyped. Returns its name. `CONFLICT` while a photo is labelled with it or a version contains it.',
    args: { name: t.arg.string({ required: true, description: 'Its name, without regard to case.' }) },
    resolve: (_root, { name }, context, info) => once(context, info, (by) => removeClass(context.hall.db, by, name)),
  }),
)
