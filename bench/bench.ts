/** What a line of the bench is given. */
import type { House } from './house.js'
import type { Place } from './place.js'

export interface Bench extends Place {
  /** Made when the first line wants it. */
  house(): Promise<House>
}
