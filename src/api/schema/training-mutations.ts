/** Starting, stopping and promoting runs. */
import { once } from '../once.js'
import { given } from '../given.js'
import { builder } from './builder.js'
import { TrainingRecipeEnum } from './enums.js'
import { TrainingRun } from './run.js'

const Stage1Input = builder.inputType('Stage1Input', {
  description: 'How the head is trained. What is left out comes from the recipe.',
  fields: (t) => ({
    epochs: t.int({ description: 'Epochs at most, 0 to 1000.' }),
    learningRate: t.float({ description: 'Adam’s learning rate, above 0, at most 1.' }),
  }),
})

const Stage2Input = builder.inputType('Stage2Input', {
  description: 'How the last layers are fine-tuned. What is left out comes from the recipe.',
  fields: (t) => ({
    epochs: t.int({ description: 'Epochs at most, 0 to 1000. 0: the head alone is trained.' }),
    learningRate: t.float({ description: 'Adam’s learning rate, above 0, at most 1.' }),
    layers: t.int({
      description:
        'How many of Keras’ 311 layers, counted from the end. It must fall on the boundary of a block; the error lists those that do.',
    }),
  }),
})

export const StartTrainingInput = builder.inputType('StartTrainingInput', {
  description: 'What to train. Only `datasetVersion` is required.',
  fields: (t) => ({
    datasetVersion: t.string({ required: true, description: 'Name of the version to learn from.' }),
    recipe: t.field({ type: TrainingRecipeEnum, description: 'Where defaults come from. Left out: DEFAULT.' }),
    stage1: t.field({ type: Stage1Input, description: 'The head alone.' }),
    stage2: t.field({ type: Stage2Input, description: 'The head and the last layers of the backbone.' }),
    batchSize: t.int({ description: 'Photos a step, 1 to 512.' }),
    seed: t.int({ description: 'Of everything random, 0 to 2147483647. Left out: 1.' }),
    earlyStopping: t.boolean({
      description: 'End a stage when the validation photos gain no more. Left out: true.',
    }),
    fromServing: t.boolean({
      description:
        'Begin with the weights of the run that serves where that is as good and quicker: same recipe, no `stage1`, `stage2` or `batchSize` asked for, and at most a tenth of the photos changed since a run began with the backbone. Left out: true. false: begin with the backbone.',
    }),
    autoPromote: t.boolean({
      description:
        'Promote it by itself when it is recommended over the run that serves at that moment, or when no run was ever promoted. Left out: false.',
    }),
  }),
})

const name = 'Name of the run.'

builder.mutationFields((t) => ({
  startTraining: t.prismaField({
    type: TrainingRun,
    role: 'TRAINER',
    description:
      'Starts a run and answers at once; `trainingEvents` tells the rest. `TRAINING_IN_PROGRESS` while another is on, `TRAINING_UNAVAILABLE` when this server cannot train.',
    args: { input: t.arg({ type: StartTrainingInput, required: true, description: 'What to train.' }) },
    resolve: async (query, _root, { input }, context, info) => {
      const { hall, training } = context
      const { id } = await once(context, info, (by) => training.start(by, given(input)))
      return hall.db.trainingRun.findUniqueOrThrow({ ...query, where: { id } })
    },
  }),
  cancelTraining: t.prismaField({
    type: TrainingRun,
    role: 'TRAINER',
    description: 'Stops the run; its last checkpoint is kept. `CONFLICT` when it is over.',
    args: { name: t.arg.string({ required: true, description: name }) },
    resolve: async (query, _root, args, context, info) => {
      const { hall, training } = context
      const { id } = await once(context, info, (by) => training.cancel(by, args.name))
      return hall.db.trainingRun.findUniqueOrThrow({ ...query, where: { id } })
    },
  }),
  resumeTraining: t.prismaField({
    type: TrainingRun,
    role: 'TRAINER',
    description: 'Goes on from the last checkpoint of a CANCELLED or INTERRUPTED run. `CONFLICT` for any other.',
    args: { name: t.arg.string({ required: true, description: name }) },
    resolve: async (query, _root, args, context, info) => {
      const { hall, training } = context
      const { id } = await once(context, info, (by) => training.resume(by, args.name))
      return hall.db.trainingRun.findUniqueOrThrow({ ...query, where: { id } })
    },
  }),
  promote: t.prismaField({
    type: TrainingRun,
    role: 'TRAINER',
    description:
      'Makes a run’s model serve, without a pause. Of the run that serves: answers as if done. `CONFLICT` when the run is not COMPLETED or its model is refused; the old one goes on serving.',
    args: { name: t.arg.string({ required: true, description: name }) },
    resolve: async (query, _root, args, context, info) => {
      const { hall, promotion } = context
      const { id } = await once(context, info, (by) => promotion.promote(by, args.name))
      return hall.db.trainingRun.findUniqueOrThrow({ ...query, where: { id } })
    },
  }),
}))
