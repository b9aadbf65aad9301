import type { Db } from '../db.js'
import type { JudgedPhoto } from './job.js'

const photosAStatement = 50_000

/** In the transaction that tells of the evaluation. A run that is judged again (its process died in between) writes them anew. */
export async function recordTestPhotos(tx: Db, runId: string, photos: readonly JudgedPhoto[]): Promise<void> {
  await tx.testPrediction.deleteMany({ where: { runId } })
  for (let start = 0; start < photos.length; start += photosAStatement) {
    const some = photos.slice(start, start + photosAStatement)
    await tx.$executeRaw`
      INSERT INTO "TestPrediction"
        ("runId", "photoId", "classLabel", predicted, confidence, "labelProbability", "baselinePredicted")
      SELECT ${runId}::uuid, p.id, t.label, t.predicted, t.confidence, t.own, t.baseline
      FROM unnest(${some.map(({ contentHash }) => contentHash)}::text[], ${some.map(({ classLabel }) => classLabel)}::text[],
        ${some.map(({ predicted }) => predicted)}::text[], ${some.map(({ confidence }) => confidence)}::float8[],
        ${some.map(({ labelProbability }) => labelProbability)}::float8[],
        ${some.map(({ baselinePredicted }) => baselinePredicted)}::text[])
        AS t (hash, label, predicted, confidence, own, baseline)
      JOIN "Photo" p ON p."contentHash" = t.hash`
  }
}
