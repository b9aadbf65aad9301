/** What every resolver is given. */
import type { Hall } from '../hall.js'
import type { Serving } from '../predictions/serving.js'
import type { Promotion } from '../promotion/promotion.js'
import type { Training } from '../training/training.js'

export interface Context {
  readonly hall: Hall
  readonly serving: Serving
  readonly training: Training
  readonly promotion: Promotion
}
