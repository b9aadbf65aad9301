import type { Hall } from '../hall.js'
import { changeState } from './change-state.js'

/** No waste, or of no use: reviewed, without a label, kept as an example of what is out of distribution. @throws as `label` */
export const reject = ({ db }: Pick<Hall, 'db'>, id: string): Promise<void> =>
  changeState(db, id, { reviewed: true, rejected: true, staged: false, assignedLabel: null })
