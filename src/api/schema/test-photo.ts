/** What a run's model says of each test photo: behind every figure of its evaluation there are photos to look at. */
import type { Prisma, PrismaClient } from '../../db.js'
import { by, connectionOf, type Keyset } from '../page.js'
import { photoUrl, thumbnailUrl } from '../urls.js'
import { builder } from './builder.js'
import { ThumbnailSizeEnum } from './enums.js'
import { pageQuery } from './page-query.js'
import { TrainingRun } from './run.js'

const TestPhoto = builder.prismaObject('TestPrediction', {
  name: 'TestPhoto',
  description: 'A test photo, and what a run’s model says of it.',
  fields: (t) => ({
    contentHash: t.string({
      description: 'SHA-256 of its bytes as they arrived, hexadecimal.',
      select: { photo: true },
      resolve: ({ photo }) => photo.contentHash,
    }),
    classLabel: t.exposeString('classLabel', { description: 'The class it has in the version.' }),
    filename: t.string({
      description: 'Name of the file, as it was imported or uploaded.',
      select: { photo: true },
      resolve: ({ photo }) => photo.filename,
    }),
    predicted: t.exposeString('predicted', { description: 'The class that this run thinks most likely.' }),
    confidence: t.exposeFloat('confidence', { description: 'Softmax probability of `predicted`, 0 to 1.' }),
    labelProbability: t.exposeFloat('labelProbability', {
      description: 'Softmax probability of `classLabel`, 0 to 1: near 0 where the model is sure, and wrong.',
    }),
    right: t.boolean({
      description: 'Whether `predicted` is `classLabel`.',
      resolve: ({ classLabel, predicted }) => classLabel === predicted,
    }),
    baselinePredicted: t.exposeString('baselinePredicted', {
      nullable: true,
      description:
        'The class that the model which served thinks most likely; null where it was not asked: there was none, or it has learned from the photo.',
    }),
    erased: t.boolean({
      description: 'Whether the photo was erased since: its addresses answer 410.',
      select: { photo: true },
      resolve: ({ photo }) => photo.erasedAt !== null,
    }),
    url: t.string({
      description: 'Path on this server of the photo.',
      select: { photo: true },
      resolve: ({ photo }, _args, { hall }) => photoUrl(hall.config, photo.contentHash),
    }),
    thumbnailUrl: t.string({
      description: 'Path on this server of a small copy. A browser may keep it for a day.',
      args: { size: t.arg({ type: ThumbnailSizeEnum, defaultValue: 'SMALL', description: 'How small.' }) },
      select: { photo: true },
      resolve: ({ photo }, { size }, { hall }) => thumbnailUrl(hall.config, photo.contentHash, size ?? 'SMALL'),
    }),
  }),
})

const TestPhotoConnection = builder.connectionObject(
  { type: TestPhoto, name: 'TestPhotoConnection', description: 'A page of a run’s test photos.' },
  { name: 'TestPhotoEdge', description: 'A test photo in its place in the list.' },
)

const orders = {
  WORST: { name: 'WORST', columns: [by('labelProbability', 'float', 'asc'), by('photoId', 'int', 'asc')] },
  OLDEST: { name: 'OLDEST', columns: [by('photoId', 'int', 'asc')] },
} as const satisfies Record<string, Keyset>

const TestPhotoOrder = builder.enumType('TestPhotoOrder', {
  description: 'Which test photos come first.',
  values: {
    WORST: { description: 'Those whose own class the model thinks least likely.' },
    OLDEST: { description: 'Those that came first.' },
  } as const,
})

const TestPhotoChange = builder.enumType('TestPhotoChange', {
  description: 'What became of a photo from the model that served to this run’s.',
  values: {
    FIXED: { description: 'The older model is wrong, this one is right.' },
    BROKEN: { description: 'The older model is right, this one is wrong.' },
  } as const,
})

const TestPhotoFilter = builder.inputType('TestPhotoFilter', {
  description:
    'Which test photos: all conditions that are given must hold. `classLabel` and `predicted` together are a cell of the confusion matrix.',
  fields: (t) => ({
    classLabel: t.string({ description: 'Of this class.' }),
    predicted: t.string({ description: 'Taken for this class.' }),
    right: t.boolean({ description: 'Named rightly, or not.' }),
    change: t.field({ type: TestPhotoChange, description: 'Fixed or broken; the older model was asked, then.' }),
  }),
})

function whereOf(
  { testPrediction: { fields } }: PrismaClient,
  { classLabel, predicted, right, change }: typeof TestPhotoFilter.$inferInput,
): Prisma.TestPredictionWhereInput {
  const isRight: Prisma.TestPredictionWhereInput = { predicted: { equals: fields.classLabel } }
  // Where the older model was not asked, neither it nor its opposite holds.
  const wasRight: Prisma.TestPredictionWhereInput = { baselinePredicted: { equals: fields.classLabel } }
  const isWrong = { NOT: isRight }
  const conditions: Prisma.TestPredictionWhereInput[] = [
    ...(classLabel == null ? [] : [{ classLabel }]),
    ...(predicted == null ? [] : [{ predicted }]),
    ...(right == null ? [] : [right ? isRight : isWrong]),
    ...(change === 'FIXED' ? [isRight, { NOT: wasRight }] : []),
    ...(change === 'BROKEN' ? [isWrong, wasRight] : []),
  ]
  return { AND: conditions }
}

builder.prismaObjectField(TrainingRun, 'testPhotos', (t) =>
  t.connection(
    {
      type: TestPhoto,
      select: { id: true },
      description:
        'What its model says of each test photo. Empty until it is evaluated, and for runs evaluated before these were kept.',
      args: {
        filter: t.arg({ type: TestPhotoFilter, description: 'Left out: all of them.' }),
        orderBy: t.arg({ type: TestPhotoOrder, defaultValue: 'WORST', description: 'Which come first.' }),
      },
      resolve: (run, args, context, info) => {
        const { db } = context.hall
        const filter = { runId: run.id, ...whereOf(db, args.filter ?? {}) }
        return connectionOf(args, orders[args.orderBy ?? 'WORST'], {
          rows: ({ where, ...slice }) =>
            db.testPrediction.findMany({ ...pageQuery(context, info), ...slice, where: { AND: [filter, where] } }),
          count: () => db.testPrediction.count({ where: filter }),
        })
      },
    },
    TestPhotoConnection,
  ),
)
