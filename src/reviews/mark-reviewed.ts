import type { Hall } from '../hall.js'
import { changeState } from './change-state.js'

/** Leaves the queue (or its label, if it had one): reviewed, nothing said of it. @throws as `label` */
export const markReviewed = ({ db }: Pick<Hall, 'db'>, id: string): Promise<void> =>
  changeState(db, id, { reviewed: true, rejected: false, staged: false, assignedLabel: null })
