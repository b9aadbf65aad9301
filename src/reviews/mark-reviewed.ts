import type { Doer } from '../access/doer.js'
import type { Hall } from '../hall.js'
import { changeStates } from './change-state.js'

/** Leaves the queue (or its label, if it had one): reviewed, nothing said of it. @throws as `label` */
export const markReviewed = ({ db }: Pick<Hall, 'db'>, by: Doer, id: string): Promise<void> =>
  db.$transaction((tx) =>
    changeStates(tx, by, 'MARK_REVIEWED', [id], {
      reviewed: true,
      rejected: false,
      staged: false,
      assignedLabel: null,
    }),
  )
