/** What a training would take, before it is started. */
import { estimateTraining, type TrainingEstimate as Estimate } from '../../training/estimate.js'
import { given } from '../given.js'
import { builder } from './builder.js'
import { TrainingRun, TrainingSettings } from './run.js'
import { StartTrainingInput } from './training-mutations.js'

const TrainingEstimate = builder.objectRef<Estimate>('TrainingEstimate').implement({
  role: 'TRAINER',
  description: 'What a training would take, by what was measured on this server.',
  fields: (t) => ({
    seconds: t.exposeFloat('seconds', {
      nullable: true,
      description:
        'From its start to its end, while nothing else keeps the machine busy; null while no completed run has gone through the stages that it would. Early stopping is taken to come as early as it did in `basedOn`.',
    }),
    views: t.exposeInt('views', {
      description:
        'Views of photos (as they are, and of some mirrored) that the frozen part of the network is wanted of.',
    }),
    newViews: t.exposeInt('newViews', {
      description:
        'Those of them that are not in the feature cache, for the weights of InceptionV3 of the newest run of the recipe: they have to be computed. Before the first run: all. Of versions above 50,000 photos as many fewer as there are views in the cache at all.',
    }),
    epochs: t.exposeInt('epochs', { description: 'Epochs of both stages, at most.' }),
    settings: t.expose('settings', {
      type: TrainingSettings,
      description: 'What it would be started with, every default filled in.',
    }),
    startsFrom: t.field({
      type: TrainingRun,
      nullable: true,
      description: 'The run whose weights it would begin with; null: it would begin with the backbone’s.',
      resolve: ({ startsFrom }) => startsFrom,
    }),
    basedOn: t.field({
      type: TrainingRun,
      nullable: true,
      description:
        'The completed run whose speed was used: the newest one of the recipe, one that began as this one would where there is one. Null where `seconds` is.',
      resolve: ({ basedOn }) => basedOn,
    }),
    untrainableClasses: t.stringList({
      description:
        'Classes of the version that the run would leave out, because they have no TRAIN photo: its model would not know them. Alphabetical.',
      resolve: ({ untrainable }) => [...untrainable],
    }),
  }),
})

builder.queryField('trainingEstimate', (t) =>
  t.field({
    type: TrainingEstimate,
    role: 'TRAINER',
    description:
      'What `startTraining` would take: it decides the same and refuses the same, but starts nothing, also while another run is on.',
    args: { input: t.arg({ type: StartTrainingInput, required: true, description: 'What would be trained.' }) },
    resolve: (_root, { input }, { hall }) => estimateTraining(hall, given(input)),
  }),
)
