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

/** Payloads as `training/run-record.ts` wrote them: the fields of each kind of event, under the schema's own names. */
interface Payload {
  status: RunStatus
  message: string | null
  stage: RunStage
  epoch: number | null
  epochs: number
  images: number
  done: number
  total: number
  etaSeconds: number | null
  loss: number | null
  accuracy: number | null
  valLoss: number | null
  valAccuracy: number | null
  learningRate: number
  seconds: number
  best: boolean | null
  macroF1: number | null
  recommendation: Recommendation | null
}

const told =
  <Field extends keyof Payload>(field: Field) =>
  ({ payload }: RunEvent): Payload[Field] =>
    (payload as unknown as Payload)[field]

const eventType = (name: RunEventType) => builder.objectRef<RunEvent>(name)
type FieldBuilder = Parameters<NonNullable<Parameters<ReturnType<typeof eventType>['implement']>[0]['fields']>>[0]

// Fields that several events share are written once: one type, one meaning.
const shared = {
  stage: (t: FieldBuilder) =>
    t.field({ type: TrainingStageEnum, description: 'What the run is at.', resolve: told('stage') }),
  epoch: (t: FieldBuilder) =>
    t.int({
      nullable: true,
      description: 'From 1, within its stage; null in stages without epochs.',
      resolve: told('epoch'),
    }),
  epochs: (t: FieldBuilder) =>
    t.int({ description: 'Epochs of the stage at most; 0 in stages without epochs.', resolve: told('epochs') }),
  loss: (t: FieldBuilder) =>
    t.float({
      nullable: true,
      description: 'Mean cross entropy of the training photos so far, natural logarithm; null until known.',
      resolve: told('loss'),
    }),
  message: (t: FieldBuilder) =>
    t.string({ nullable: true, description: 'In words, for people.', resolve: told('message') }),
  accuracy: (t: FieldBuilder) =>
    t.float({
      nullable: true,
      description: 'Share of right answers, 0 to 1; null when undefined.',
      resolve: told('accuracy'),
    }),
}

eventType('TrainingStatusChanged').implement({
  description:
    'The run has another status, or something to say of it. A final one is the last event, unless the run is resumed.',
  interfaces: [TrainingEvent],
  fields: (t) => ({
    status: t.field({ type: TrainingStatusEnum, description: 'The new status.', resolve: told('status') }),
    message: shared.message(t),
  }),
})

eventType('TrainingStageStarted').implement({
  description: 'A stage begins.',
  interfaces: [TrainingEvent],
  fields: (t) => ({
    stage: shared.stage(t),
    epochs: shared.epochs(t),
    message: shared.message(t),
    images: t.int({ description: 'Photos that go into it.', resolve: told('images') }),
  }),
})

eventType('TrainingProgress').implement({
  description: 'How far a stage or an epoch is. At most four a second.',
  interfaces: [TrainingEvent],
  fields: (t) => ({
    stage: shared.stage(t),
    epoch: shared.epoch(t),
    done: t.int({
      description: 'Done of `total`: photos; views of photos in LOADING, where a photo may be shown in several.',
      resolve: told('done'),
    }),
    total: t.int({ description: 'In all, in this epoch, or in a stage without epochs.', resolve: told('total') }),
    etaSeconds: t.float({
      nullable: true,
      description: 'Seconds until this stage is done, as far as can be told; null until it can.',
      resolve: told('etaSeconds'),
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
      resolve: told('valLoss'),
    }),
    valAccuracy: t.float({
      nullable: true,
      description: 'Share of right answers on the validation photos, 0 to 1; null without any.',
      resolve: told('valAccuracy'),
    }),
    learningRate: t.float({ description: 'At the end of the epoch.', resolve: told('learningRate') }),
    seconds: t.float({ description: 'Wall-clock time the epoch took.', resolve: told('seconds') }),
    best: t.boolean({
      nullable: true,
      description:
        'Whether it was better than all before it of its stage, by validation loss; without validation photos each is. Null for runs of an earlier WasteX.',
      resolve: told('best'),
    }),
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
      resolve: told('macroF1'),
    }),
    recommendation: t.field({
      type: RecommendationEnum,
      nullable: true,
      description: 'What the comparison speaks for; null without a model to compare with.',
      resolve: told('recommendation'),
    }),
  }),
})

builder.subscriptionField('trainingEvents', (t) =>
  t.field({
    type: TrainingEvent,
    role: 'OPERATOR',
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
