/** Small value types: a class and a number beside it. */
import { builder } from './builder.js'

export const ClassCount = builder.objectRef<{ classLabel: string; count: number }>('ClassCount').implement({
  description: 'How many photos have a label.',
  fields: (t) => ({
    classLabel: t.exposeString('classLabel', { description: 'Name of the class.' }),
    count: t.exposeInt('count', { description: 'Photos.' }),
  }),
})

export const ClassProbability = builder
  .objectRef<{ classLabel: string; probability: number }>('ClassProbability')
  .implement({
    role: 'DEVICE',
    description: 'How likely the model thought a class.',
    fields: (t) => ({
      classLabel: t.exposeString('classLabel', { description: 'Name of the class.' }),
      probability: t.exposeFloat('probability', { description: 'Softmax probability, 0 to 1.' }),
    }),
  })
