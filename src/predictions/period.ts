/** Periods over what is counted by the UTC hour. */
import { badInput } from '../errors.js'

export interface Period {
  readonly from?: Date | null | undefined
  /** Its hour counts whole. */
  readonly to?: Date | null | undefined
}

const hourMs = 3_600_000
const hourStart = (moment: Date) => new Date(Math.floor(moment.getTime() / hourMs) * hourMs)

/** Hours that overlap the period, for a `where`. @throws WasteXError BAD_USER_INPUT */
export function hoursOf({ from, to }: Period): { gte?: Date; lt?: Date } {
  if (from && to && from > to) throw badInput('to', '`to` lies before `from`.')
  return { ...(from && { gte: hourStart(from) }), ...(to && { lt: to }) }
}
