/** The whole schema. Each topic adds its part by being imported. */
import { builder } from './builder.js'
import './image-queries.js'
import './review-mutations.js'
import './entry.js'
import './version-queries.js'
import './version-mutations.js'
import './import.js'
import './version-diff.js'
import './run-queries.js'
import './evaluation.js'
import './training-mutations.js'
import './training-events.js'
import './classify.js'
import './dashboard.js'
import './live.js'
import './audit.js'

export const schema = builder.toSchema({ sortSchema: false })
