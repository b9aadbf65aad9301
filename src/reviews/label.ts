import type { Doer } from '../access/doer.js'
import type { Hall } from '../hall.js'
import { changeStates } from './change-state.js'
import { ensureClass, nameOfClass } from './classes.js'

/**
 * Names what a photo shows: it is reviewed and staged for the next version. A class that does not exist is introduced.
 * @param id of the Image
 * @throws WasteXError BAD_USER_INPUT, NOT_FOUND, CONFLICT when it is in a version; then no class is introduced either
 */
export async function label({ db }: Pick<Hall, 'db'>, by: Doer, id: string, classLabel: string): Promise<void> {
  const name = await nameOfClass(db, 'classLabel', classLabel)
  await db.$transaction(async (tx) => {
    const assignedLabel = await ensureClass(tx, by, name)
    await changeStates(tx, by, 'LABEL', [id], { reviewed: true, rejected: false, staged: true, assignedLabel })
  })
}
