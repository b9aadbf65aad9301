/** Small value types: a class and a number beside it. */
import type { ClassProbability as KeptProbability } from '../../reviews/keep-for-review.js'
import { builder } from './builder.js'

export const ClassCount = builder.objectRef<{ classLabel: string; count: number }>('ClassCount').implement({
  description: 'How many photos have a label.',
  fields: (t) => ({
    classLabel: t.exposeString('classLabel', { description: 'Name of the class.' }),
    count: t.exposeInt('count', { description: 'Photos.' }),
  }),
})

export const ClassProbability = builder.objectRef<KeptProbability>('ClassProbability').implement({
  role: 'DEVICE',
  description: 'How likely the model thought a class.',
  fields: (t) => ({
    classLabel: t.exposeString('classLabel', { description: 'Name of the class.' }),
    probability: t.exposeFloat('probability', { description: 'Softmax probability, 0 to 1.' }),
    calibrated: t.exposeFloat('calibrated', {
      nullable: true,
      description:
        'The same at the model’s temperature, 0 to 1: as often as that it is right. Null where that model had none, and for photos of an earlier WasteX.',
    }),
  }),
})
