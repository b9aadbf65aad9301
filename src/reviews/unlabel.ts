import type { Doer } from '../access/doer.js'
import type { Hall } from '../hall.js'
import { changeStates } from './change-state.js'

/** Takes back whatever was said of a photo: no label, not reviewed, not rejected, in the queue again. @throws as `label` */
export const unlabel = ({ db }: Pick<Hall, 'db'>, by: Doer, id: string): Promise<void> =>
  db.$transaction((tx) =>
    changeStates(tx, by, 'UNLABEL', [id], { reviewed: false, rejected: false, staged: false, assignedLabel: null }),
  )
