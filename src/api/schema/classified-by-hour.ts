/** What came in, hour by hour: for a curve of a day or a month. */
import { databaseTime, type Db } from '../../db.js'
import { badInput } from '../../errors.js'
import { hoursOf } from '../../predictions/period.js'
import { builder } from './builder.js'

/** With a hundred classes that is an answer of 75,000 rows. */
export const mostDays = 31
const dayMs = 86_400_000

interface CountOfHour {
  readonly hour: Date
  readonly classLabel: string
  readonly known: number
  readonly review: number
}

const HourCount = builder.objectRef<CountOfHour>('HourCount').implement({
  description: 'Photos of one class that were classified in one hour.',
  fields: (t) => ({
    hour: t.expose('hour', { type: 'DateTime', description: 'When that hour began, UTC.' }),
    classLabel: t.exposeString('classLabel', { description: 'The class that the model thought most likely.' }),
    known: t.exposeInt('known', { description: 'Photos that were in distribution: named and counted.' }),
    review: t.exposeInt('review', {
      description: 'Calls of `classify` whose photo was out of distribution, and went to review.',
    }),
  }),
})

/** @throws WasteXError BAD_USER_INPUT */
async function countsByHour(db: Db, from: Date, given: Date | null | undefined): Promise<CountOfHour[]> {
  const to = given ?? (await databaseTime(db))
  if (!given && from > to) throw badInput('from', '`from` lies in the future.')
  const recordedAt = hoursOf({ from, to })
  if (to.getTime() - from.getTime() > mostDays * dayMs)
    throw badInput('from', `Between \`from\` and \`to\` there are at most ${mostDays} days.`)
  const rows = await db.trashCounter.findMany({ where: { recordedAt } })
  return rows
    .map(({ recordedAt: hour, className: classLabel, totalCount: known, oodCount: review }) => ({
      hour,
      classLabel,
      known,
      review,
    }))
    .toSorted((a, b) => a.hour.getTime() - b.hour.getTime() || (a.classLabel < b.classLabel ? -1 : 1))
}

builder.queryField('classifiedByHour', (t) =>
  t.field({
    type: [HourCount],
    role: 'OPERATOR',
    description: `Photos classified, by UTC hour and, within it, by class, alphabetical. Hours and classes without any are left out. At most ${mostDays} days.`,
    args: {
      from: t.arg({
        type: 'DateTime',
        required: true,
        description: 'Counts from the UTC hour that this moment lies in.',
      }),
      to: t.arg({
        type: 'DateTime',
        description: 'Counts up to this moment; the UTC hour that it lies in counts whole. Left out: until now.',
      }),
    },
    extensions: { rows: 24 * mostDays },
    resolve: (_root, { from, to }, { hall }) => countsByHour(hall.db, from, to),
  }),
)
