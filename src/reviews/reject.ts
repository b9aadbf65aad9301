import type { Doer } from '../access/doer.js'
import type { Hall } from '../hall.js'
import { changeStates } from './change-state.js'

/** No waste, or of no use: reviewed, without a label, kept as an example of what is out of distribution. @throws as `label` */
export const reject = ({ db }: Pick<Hall, 'db'>, by: Doer, id: string): Promise<void> =>
  db.$transaction((tx) =>
    changeStates(tx, by, 'REJECT', [id], { reviewed: true, rejected: true, staged: false, assignedLabel: null }),
  )
