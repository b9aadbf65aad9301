/** Rows as the rooms would have written them, for tests of what is read. */
import { createHash, randomUUID } from 'node:crypto'
import type { Prisma, PrismaClient, Split } from '../../src/db.js'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

const photoRow = (name: string) => ({
  contentHash: sha256(name),
  storedHash: sha256(name),
  root: 'uploads',
  path: `${sha256(name).slice(0, 2)}/${sha256(name)}.jpg`,
  filename: name,
  bytes: 1_000,
  width: 640,
  height: 480,
  perceptualHash: sha256(`perceptual ${name}`),
})

const splitOf = (i: number): Split => (i % 5 === 3 ? 'VAL' : i % 5 === 4 ? 'TEST' : 'TRAIN')

/** A photo kept for review. */
export async function addImage(
  db: PrismaClient,
  image: Partial<Prisma.ImageUncheckedCreateInput> = {},
  kept: Partial<Prisma.PhotoUncheckedCreateInput> = {},
) {
  const filename = image.filename ?? `${randomUUID()}.jpg`
  const photo = await db.photo.create({ data: { ...photoRow(filename), ...kept } })
  return db.image.create({
    data: {
      photoId: photo.id,
      filename,
      topPrediction: 'glass',
      confidence: 0.5,
      energy: -2,
      novelty: 1,
      oodReasons: ['ENERGY'],
      allPredictions: [
        { classLabel: 'glass', probability: 0.5 },
        { classLabel: 'paper', probability: 0.5 },
      ],
      ...image,
    },
  })
}

/** A version with so many photos of each class, every fifth for validation, every fifth for testing. */
export async function addVersion(
  db: PrismaClient,
  name: string,
  photosOf: Record<string, number> = { glass: 5, paper: 5 },
  version: Partial<Prisma.DatasetVersionUncheckedCreateInput> = {},
  /** Rows of photos that are there already, uncounted. */
  more: readonly { photoId: number; classLabel: string; split: Split }[] = [],
) {
  const entries = Object.entries(photosOf).flatMap(([classLabel, count]) =>
    Array.from({ length: count }, (_, i) => ({
      classLabel,
      split: splitOf(i),
      filename: `${classLabel}-${i}.jpg`,
    })),
  )
  await db.datasetClass.createMany({
    data: Object.keys(photosOf).map((label) => ({ name: label, key: label })),
    skipDuplicates: true,
  })
  await db.photo.createMany({ data: entries.map(({ filename }) => photoRow(filename)), skipDuplicates: true })
  const hashes = entries.map(({ filename }) => sha256(filename))
  const photos = await db.photo.findMany({ where: { contentHash: { in: hashes } } })
  const idOf = new Map(photos.map(({ contentHash, id }) => [contentHash, id]))
  const splits = (['TEST', 'TRAIN', 'VAL'] as const).map((split) => ({
    split,
    count: entries.filter((entry) => entry.split === split).length,
  }))
  const { id } = await db.datasetVersion.create({
    data: {
      name,
      totalImages: entries.length,
      classCounts: Object.entries(photosOf).map(([classLabel, count]) => ({ classLabel, count })),
      // Nothing comes into a version that has its counts.
      splits: [],
      ...version,
      entries: {
        create: [
          ...entries.map(({ classLabel, split, filename }) => ({
            classLabel,
            split,
            photoId: idOf.get(sha256(filename)) ?? 0,
          })),
          ...more,
        ],
      },
    },
  })
  await db.datasetClass.updateMany({
    where: { name: { in: Object.keys(photosOf) }, introducedId: null },
    data: { introducedId: id },
  })
  return db.datasetVersion.update({ where: { id }, data: { splits } })
}

/** A run on that version, over. */
export const addRun = (
  db: PrismaClient,
  name: string,
  versionId: number,
  run: Partial<Prisma.TrainingRunUncheckedCreateInput> = {},
) =>
  db.trainingRun.create({
    data: {
      name,
      versionId,
      status: 'COMPLETED',
      recipe: 'DEFAULT',
      classLabels: ['glass', 'paper'],
      settings: {
        recipe: 'DEFAULT',
        stage1: { epochs: 2, learningRate: 0.001 },
        stage2: { epochs: 2, learningRate: 0.0001, layers: 60 },
        batchSize: 32,
        seed: 1,
        earlyStopping: true,
      },
      ...run,
    },
  })
