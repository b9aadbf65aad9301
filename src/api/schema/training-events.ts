/** What happens to a run, as it happens. */
import type { Recommendation, RunEvent, RunStage, RunStatus } from '../../db.js'
import type { RunEventType } from '../../training/run-record.js'
import { runEvents } from '../run-events.js'
import { builder } from './builder.js'
import { RecommendationEnum, TrainingStageEnum, TrainingStatusEnum } from './enums.js'

const TrainingEvent = builder.interfaceRef<RunEvent>('TrainingEvent').implement({
  description: 'Something that happened to a run. A field that several kinds have means the same in each.',
  resolveType: ({ type }) => type,
  fields: (t) => ({
    seq: t.exposeInt('seq', { description: 'From 1, without gaps within the run.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When it happened.' }),
  }),
})

/** A field of the payload, as `training/run-record.ts` wrote it. */
const told =
  <T>(field: string) =>
  ({ payload }: RunEvent) =>
    ((payload as Record<string, unknown>)[field] ?? null) as T

const eventType = (name: RunEventType) => builder.objectRef<RunEvent>(name)
type FieldBuilder = Parameters<NonNullable<Parameters<ReturnType<typeof eventType>['implement']>[0]['fields']>>[0]

// Fields that several events share are written once: one type, one meaning.
const shared = {
  stage: (t: FieldBuilder) =>
    t.field({ type: TrainingStageEnum, description: 'What the run is at.', resolve: told<RunStage>('stage') }),
  epoch: (t: FieldBuilder) =>
    t.int({
      nullable: true,
      description: 'From 1, within its stage; null in stages without epochs.',
      resolve: told<number | null>('epoch'),
    }),
  epochs: (t: FieldBuilder) =>
    t.int({ description: 'Epochs of the stage at most; 0 in stages without epochs.', resolve: told<number>('epochs') }),
  loss: (t: FieldBuilder) =>
    t.float({
      nullable: true,
      description: 'Mean cross entropy of the training photos so far, natural logarithm; null until known.',
      resolve: told<number | null>('loss'),
    }),
  accuracy: (t: FieldBuilder) =>
    t.float({
      nullable: true,
      description: 'Share of right answers, 0 to 1; null when undefined.',
      resolve: told<number | null>('accuracy'),
    }),
}

eventType('TrainingStatusChanged').implement({
  description: 'The run has another status. A final one is the last event, unless the run is resumed.',
  interfaces: [TrainingEvent],
  fields: (t) => ({
    status: t.field({ type: TrainingStatusEnum, description: 'The new status.', resolve: told<RunStatus>('status') }),
    message: t.string({
      nullable: true,
      description: 'In words, for people.',
      resolve: told<string | null>('message'),
    }),
  }),
})

eventType('TrainingStageStarted').implement({
  description: 'A stage begins.',
  interfaces: [TrainingEvent],
  fields: (t) => ({
    stage: shared.stage(t),
    epochs: shared.epochs(t),
    images: t.int({ description: 'Photos that go into it.', resolve: told<number>('images') }),
  }),
})

eventType('TrainingProgress').implement({
  description: 'How far a stage or an epoch is. At most four a second.',
  interfaces: [TrainingEvent],
  fields: (t) => ({
    stage: shared.stage(t),
    epoch: shared.epoch(t),
    done: t.int({ description: 'Photos done, of `total`.', resolve: told<number>('done') }),
    total: t.int({ description: 'Photos in all, in this stage or epoch.', resolve: told<number>('total') }),
    etaSeconds: t.float({
      nullable: true,
      description: 'Seconds until the run is done, as far as can be told; null until it can.',
      resolve: told<number | null>('etaSeconds'),
    }),
    loss: shared.loss(t),
  }),
})

eventType('TrainingEpochCompleted').implement({
  description: 'An epoch is over.',
  interfaces: [TrainingEvent],
  fields: (t) => ({
    stage: shared.stage(t),
    epoch: shared.epoch(t),
    epochs: shared.epochs(t),
    loss: shared.loss(t),
    accuracy: shared.accuracy(t),
    valLoss: t.float({
      nullable: true,
      description: 'Mean cross entropy of the validation photos; null without any.',
      resolve: told<number | null>('valLoss'),
    }),
    valAccuracy: t.float({
      nullable: true,
      description: 'Share of right answers on the validation photos, 0 to 1; null without any.',
      resolve: told<number | null>('valAccuracy'),
    }),
    learningRate: t.float({ description: 'At the end of the epoch.', resolve: told<number>('learningRate') }),
    seconds: t.float({ description: 'Wall-clock time the epoch took.', resolve: told<number>('seconds') }),
  }),
})

eventType('TrainingEvaluated').implement({
  description: 'The model has been judged on the test photos, and compared.',
  interfaces: [TrainingEvent],
  fields: (t) => ({
    accuracy: shared.accuracy(t),
    macroF1: t.float({
      nullable: true,
      description: 'Mean of the classes’ F1, 0 to 1; null when none is defined.',
      resolve: told<number | null>('macroF1'),
    }),
    recommendation: t.field({
      type: RecommendationEnum,
      nullable: true,
      description: 'What the comparison speaks for; null without a model to compare with.',
      resolve: told<Recommendation | null>('recommendation'),
    }),
  }),
})

builder.subscriptionField('trainingEvents', (t) =>
  t.field({
    type: TrainingEvent,
    description:
      'Everything that happens to a run: what was missed first, then live. Completes after the run’s final status; a finished run replays and completes.',
    args: {
      run: t.arg.string({ required: true, description: 'Name of the run.' }),
      after: t.arg.int({ description: 'Events with a greater `seq`. None or 0: from the beginning.' }),
    },
    subscribe: (_root, { run, after }, { hall }) => runEvents(hall, run, after ?? 0),
    resolve: (event) => event,
  }),
)
