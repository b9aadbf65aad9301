/** What every resolver is given. */
import type { GraphQLParams } from 'graphql-yoga'
import type { Actor } from '../access/actor.js'
import type { Hall } from '../hall.js'
import type { Serving } from '../predictions/serving.js'
import type { Promotion } from '../promotion/promotion.js'
import type { Training } from '../training/training.js'

/** The same for every request. */
export interface House {
  readonly hall: Hall
  readonly serving: Serving
  readonly training: Training
  readonly promotion: Promotion
}

export interface Context extends House {
  readonly actor: Actor
  readonly request: Request
  /** The operation as it was sent. */
  readonly params: GraphQLParams
}
