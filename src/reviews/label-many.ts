import type { Doer } from '../access/doer.js'
import { keepReceipt } from '../access/receipts.js'
import type { Hall } from '../hall.js'
import { changeStates } from './change-state.js'
import { ensureClass, nameOfClass } from './classes.js'

/**
 * Labels all of these photos, or none.
 * @throws WasteXError BAD_USER_INPUT, NOT_FOUND, CONFLICT when one of them is in a version
 */
export async function labelMany(
  { db }: Pick<Hall, 'db'>,
  by: Doer,
  ids: readonly string[],
  classLabel: string,
): Promise<void> {
  const name = await nameOfClass(db, 'classLabel', classLabel)
  if (ids.length === 0) return keepReceipt(db, by)
  await db.$transaction(async (tx) => {
    const assignedLabel = await ensureClass(tx, by, name)
    await changeStates(tx, by, 'LABEL_MANY', ids, { reviewed: true, rejected: false, staged: true, assignedLabel })
  })
}
