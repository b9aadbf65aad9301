/** “That is wrong”: whoever had the answer sends the photo again, and an operator looks at it. */
import { type Doer, tokenIdOf } from '../access/doer.js'
import { keepReceipt } from '../access/receipts.js'
import type { Db } from '../db.js'
import type { Hall } from '../hall.js'
import type { Asked } from '../predictions/queue.js'
import type { Serving } from '../predictions/serving.js'
import { checkedName } from './class-name.js'
import { keepForReview } from './keep-for-review.js'
import { tellChanged } from './tell-changed.js'
import { type Classification, look, type Upload } from './triage.js'

/**
 * Counted it was when it was classified. Of a photo that an operator is done with nothing changes.
 * @param suggestion name of what it shows; introduces no class
 * @throws WasteXError BAD_USER_INPUT, and as `classify`
 */
export async function sendToReview(
  hall: Pick<Hall, 'config' | 'db'>,
  serving: Serving,
  by: Doer,
  upload: Upload,
  suggestion: string | null | undefined,
  asked: Asked = {},
): Promise<Classification> {
  const suggestedLabel = suggestion == null ? null : checkedName('classLabel', suggestion)
  const { said, seen } = await look(serving, upload, asked)
  const sentById = tokenIdOf(by.actor)
  const imageId = await keepForReview(hall, { ...upload, ...seen, sentById, disputed: true, suggestedLabel })
  const answer: Classification = { ...said, imageId }
  // A crash before this leaves a photo that is kept as it should be: sent again, it is found.
  await hall.db.$transaction(async (tx) => {
    await dispute(tx, imageId, suggestedLabel)
    await keepReceipt(tx, by, JSON.parse(JSON.stringify(answer)))
  })
  return answer
}

/** One that was in the queue before. The last who suggested something is right; who suggested nothing takes nothing back. */
async function dispute(tx: Db, id: string, suggestedLabel: string | null): Promise<void> {
  const changed = await tx.$executeRaw`
    UPDATE "Image" SET disputed = true, "suggestedLabel" = coalesce(${suggestedLabel}, "suggestedLabel")
    WHERE id = ${id}::uuid AND NOT reviewed
      AND (NOT disputed OR "suggestedLabel" IS DISTINCT FROM coalesce(${suggestedLabel}, "suggestedLabel"))`
  if (changed > 0) await tellChanged(tx, [id])
}
