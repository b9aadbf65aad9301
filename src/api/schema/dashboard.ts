/** What the wall screen shows: the model that serves, and counts. */
import type { Db } from '../../db.js'
import { hoursOf, type Period } from '../../predictions/period.js'
import { ServingModel } from '../../predictions/serving.js'
import { builder } from './builder.js'
import { ClassCount } from './counts.js'
import { PrecisionEnum } from './enums.js'
import { TrainingRun } from './run.js'

const ServingModelType = builder.objectType(ServingModel, {
  name: 'ServingModel',
  role: 'DEVICE',
  description: 'The model that answers `classify`.',
  fields: (t) => ({
    run: t.prismaField({
      type: TrainingRun,
      description: 'The run it came from.',
      resolve: (query, { run }, _args, { hall }) =>
        hall.db.trainingRun.findUniqueOrThrow({ ...query, where: { id: run.id } }),
    }),
    classLabels: t.stringList({
      description: 'The classes it knows, in the order of its logits.',
      resolve: ({ classLabels }) => [...classLabels],
    }),
    energyThreshold: t.float({
      description: 'Energy above which a photo is out of distribution.',
      resolve: ({ thresholds }) => thresholds.energy,
    }),
    confidenceThreshold: t.float({
      description: 'Probability (0 to 1) below which a photo is out of distribution.',
      resolve: ({ thresholds }) => thresholds.confidence,
    }),
    noveltyThreshold: t.float({
      nullable: true,
      description: 'Novelty above which a photo is out of distribution; null when novelty is not tested.',
      resolve: ({ thresholds }) => thresholds.novelty,
    }),
    precision: t.field({
      type: PrecisionEnum,
      description:
        'In what it computes: INT8 where the server prefers that (`WASTEX_PRECISION`) and the run offers it.',
      resolve: ({ precision }) => precision,
    }),
    int8Refused: t.string({
      nullable: true,
      description:
        'Why it does not compute in INT8 although the server prefers that; null where it does, or is not to.',
      resolve: ({ int8Refused }) => int8Refused ?? null,
    }),
    loadedAt: t.expose('loadedAt', { type: 'DateTime', description: 'When this server began to answer with it.' }),
  }),
})

/** Sums by class over the hours that overlap the period, alphabetical; classes without any are left out. */
async function countsOf(db: Db, which: 'totalCount' | 'oodCount', period: Period) {
  const rows = await db.trashCounter.groupBy({
    by: ['className'],
    where: { [which]: { gt: 0 }, recordedAt: hoursOf(period) },
    _sum: { totalCount: true, oodCount: true },
  })
  return rows
    .map(({ className, _sum }) => ({ classLabel: className, count: _sum[which] ?? 0 }))
    .toSorted((a, b) => (a.classLabel < b.classLabel ? -1 : 1))
}

const from = 'Counts from the UTC hour that this moment lies in. Left out: from the beginning.'
const to = 'Counts up to this moment; the UTC hour that it lies in counts whole. Left out: until now.'

builder.queryFields((t) => ({
  servingModel: t.field({
    type: ServingModelType,
    role: 'DEVICE',
    nullable: true,
    description: 'The model that answers now; null before the first promotion.',
    resolve: (_root, _args, { serving }) => serving.current,
  }),
  trashCounts: t.field({
    type: [ClassCount],
    role: 'OPERATOR',
    description:
      'In-distribution photos classified, by class, alphabetical. Classes without any are left out. Kept by the hour (UTC).',
    args: {
      from: t.arg({ type: 'DateTime', description: from }),
      to: t.arg({ type: 'DateTime', description: to }),
    },
    resolve: (_root, args, { hall }) => countsOf(hall.db, 'totalCount', args),
  }),
  reviewCounts: t.field({
    type: [ClassCount],
    role: 'OPERATOR',
    description:
      'Calls of `classify` whose photo was out of distribution, by the class the model thought most likely: beside `trashCounts`, the share that went to review.',
    args: {
      from: t.arg({ type: 'DateTime', description: from }),
      to: t.arg({ type: 'DateTime', description: to }),
    },
    resolve: (_root, args, { hall }) => countsOf(hall.db, 'oodCount', args),
  }),
}))
