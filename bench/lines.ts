/** What is measured, in this order: what changes the least comes first. */
import type { Bench } from './bench.js'
import type { Row } from './table.js'
import { classifying } from './lines/classifying.js'
import { eightBits } from './lines/eight-bits.js'
import { fineTuning } from './lines/fine-tuning.js'
import { frozenPart } from './lines/frozen-part.js'
import { growing } from './lines/growing.js'
import { importing } from './lines/importing.js'
import { promoting } from './lines/promoting.js'
import { sharing } from './lines/sharing.js'
import { starting } from './lines/starting.js'
import { subscribing } from './lines/subscribing.js'
import { training } from './lines/training.js'
import { trainingBeside } from './lines/training-beside.js'
import { trainingSaturated } from './lines/training-saturated.js'
import { versioning } from './lines/versioning.js'

export type Line = (bench: Bench) => AsyncGenerator<Row>

export const lines: Readonly<Record<string, Line>> = {
  training,
  'frozen-part': frozenPart,
  'fine-tuning': fineTuning,
  classifying,
  sharing,
  'eight-bits': eightBits,
  'training-beside': trainingBeside,
  'training-saturated': trainingSaturated,
  promoting,
  importing,
  starting,
  subscribing,
  versioning,
  growing,
}
