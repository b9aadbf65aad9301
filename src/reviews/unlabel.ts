import type { Hall } from '../hall.js'
import { changeState } from './change-state.js'

/** Takes back whatever was said of a photo: no label, not reviewed, not rejected, in the queue again. @throws as `label` */
export const unlabel = ({ db }: Pick<Hall, 'db'>, id: string): Promise<void> =>
  changeState(db, id, { reviewed: false, rejected: false, staged: false, assignedLabel: null })
