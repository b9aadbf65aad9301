/** Training runs. */
import type { Settings } from '../../training/settings.js'
import { artefactUrl } from '../urls.js'
import { builder } from './builder.js'
import { RecommendationEnum, TrainingRecipeEnum, TrainingStageEnum, TrainingStatusEnum } from './enums.js'

export const TrainingRun = builder.prismaNode('TrainingRun', {
  description: 'One training of the network on one version, and the model that came of it.',
  id: { field: 'id' },
  nullable: true,
  // Its evaluation alone is some hundred kilobytes: what is not asked for is not read.
  select: { id: true },
  fields: (t) => ({
    name: t.exposeString('name', { role: 'DEVICE', description: 'Unique: `run-1`, `run-2`, ...' }),
    status: t.expose('status', { type: TrainingStatusEnum, description: 'Where it stands.' }),
    stage: t.expose('stage', {
      type: TrainingStageEnum,
      nullable: true,
      description: 'What it is at, or was at when it stopped; null before it starts and once it is COMPLETED.',
    }),
    isActive: t.exposeBoolean('isActive', { description: 'Whether it is the one that serves. At most one is.' }),
    datasetVersion: t.relation('datasetVersion', { description: 'What it learns from.' }),
    classLabels: t.exposeStringList('classLabels', {
      description: 'The classes that its model knows, in the order of the logits.',
    }),
    untrainableClasses: t.stringList({
      description:
        'Classes of its version that it left out, because they had no TRAIN photo: its model does not know them, and their test photos are not judged. Alphabetical.',
      select: { classLabels: true, datasetVersion: { select: { classCounts: true } } },
      resolve: ({ classLabels, datasetVersion }) =>
        (datasetVersion.classCounts as { classLabel: string }[])
          .map(({ classLabel }) => classLabel)
          .filter((label) => !classLabels.includes(label)),
    }),
    recipe: t.expose('recipe', { type: TrainingRecipeEnum, description: 'Where its defaults came from.' }),
    settings: t.field({
      type: TrainingSettings,
      description: 'What it was started with, every default filled in.',
      select: { settings: true },
      resolve: ({ settings }) => settings as unknown as Settings,
    }),
    startedFrom: t.relation('startedFrom', {
      nullable: true,
      description: 'The run whose weights it began with; null: it began with the backbone’s.',
    }),
    autoPromote: t.exposeBoolean('autoPromote', {
      description:
        'Whether it is promoted by itself when it is recommended over the run that serves at that moment, or when no run was ever promoted.',
    }),
    error: t.exposeString('error', {
      nullable: true,
      description:
        'Why it FAILED, or why it was taken from a server that was not heard from any more (INTERRUPTED); null otherwise.',
    }),
    recommendation: t.expose('recommendation', {
      type: RecommendationEnum,
      nullable: true,
      description: 'What its comparison speaks for; null until compared, or with nothing to compare with.',
    }),
    energyThreshold: t.exposeFloat('energyThreshold', {
      nullable: true,
      description:
        'Energy above which a photo is out of distribution, found on its validation photos; null until then.',
    }),
    confidenceThreshold: t.exposeFloat('confidenceThreshold', {
      nullable: true,
      description: 'Probability (0 to 1) below which a photo is out of distribution; null until found.',
    }),
    noveltyThreshold: t.exposeFloat('noveltyThreshold', {
      nullable: true,
      description: 'Novelty above which a photo is out of distribution; null until found.',
    }),
    epochHistory: t.relation('epochs', {
      description: 'Its epochs so far, in order.',
      query: { orderBy: [{ stage: 'asc' }, { epoch: 'asc' }] },
    }),
    artefacts: t.field({
      type: [Artefact],
      description: 'The files of its folder: model, figures, comparison, card. Empty until it is saved.',
      select: { name: true, artefacts: true },
      resolve: ({ name, artefacts }, _args, { hall }) =>
        (artefacts as unknown as Omit<ArtefactRow, 'url'>[]).map((file) => ({
          ...file,
          url: artefactUrl(hall.config, name, file.name),
        })),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was asked for.' }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it first started; null while it has not.',
    }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it reached a final status; null before.',
    }),
    promotedAt: t.expose('promotedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last promoted; null when it never was.',
    }),
  }),
})

export const TrainingRunConnection = builder.connectionObject(
  { type: TrainingRun, name: 'TrainingRunConnection', description: 'A page of runs.' },
  { name: 'TrainingRunEdge', description: 'A run in its place in the list.' },
)

const StageSettings = builder.objectRef<Settings['stage1']>('StageSettings').implement({
  description: 'How a stage trains.',
  fields: (t) => ({
    epochs: t.exposeInt('epochs', { description: 'Epochs at most; early stopping may end it before.' }),
    learningRate: t.exposeFloat('learningRate', { description: 'Adam’s learning rate at the start of the stage.' }),
  }),
})

const FineTuneSettings = builder.objectRef<Settings['stage2']>('FineTuneSettings').implement({
  description: 'How the second stage trains.',
  fields: (t) => ({
    epochs: t.exposeInt('epochs', { description: 'Epochs at most; early stopping may end it before.' }),
    learningRate: t.exposeFloat('learningRate', { description: 'Adam’s learning rate at the start of the stage.' }),
    layers: t.exposeInt('layers', { description: 'How many of Keras’ 311 layers are trained, counted from the end.' }),
  }),
})

export const TrainingSettings = builder.objectRef<Settings>('TrainingSettings').implement({
  description: 'What a run was started with, or would be.',
  fields: (t) => ({
    stage1: t.expose('stage1', { type: StageSettings, description: 'The head alone.' }),
    stage2: t.expose('stage2', {
      type: FineTuneSettings,
      description: 'The head and the last layers of the backbone.',
    }),
    batchSize: t.exposeInt('batchSize', { description: 'Photos a step.' }),
    seed: t.exposeInt('seed', {
      description: 'Of everything random in it: the same seed shuffles and drops the same.',
    }),
    earlyStopping: t.exposeBoolean('earlyStopping', {
      description: 'Whether a stage ends when the validation photos gain no more.',
    }),
  }),
})

builder.prismaObject('RunEpoch', {
  name: 'TrainingEpoch',
  description: 'One pass over the training photos.',
  fields: (t) => ({
    stage: t.expose('stage', { type: TrainingStageEnum, description: 'HEAD or FINE_TUNE.' }),
    epoch: t.exposeInt('epoch', { description: 'From 1, within its stage.' }),
    loss: t.exposeFloat('loss', { description: 'Mean cross entropy of the training photos, natural logarithm.' }),
    accuracy: t.exposeFloat('accuracy', { description: 'Of the training photos, 0 to 1, as they came by.' }),
    valLoss: t.exposeFloat('valLoss', {
      nullable: true,
      description: 'Mean cross entropy of the validation photos; null without any.',
    }),
    valAccuracy: t.exposeFloat('valAccuracy', {
      nullable: true,
      description: 'Of the validation photos, 0 to 1; null without any.',
    }),
    learningRate: t.exposeFloat('learningRate', { description: 'At the end of the epoch.' }),
    seconds: t.exposeFloat('seconds', { description: 'Wall-clock time it took.' }),
    best: t.exposeBoolean('best', {
      nullable: true,
      description:
        'Whether it was better than all before it of its stage, by validation loss; without validation photos each is. A stage leaves the weights of its last one that was; where none was, those that it began with. Null for runs of an earlier WasteX.',
    }),
  }),
})

interface ArtefactRow {
  name: string
  url: string
  bytes: number
  sha256: string
}

const Artefact = builder.objectRef<ArtefactRow>('Artefact').implement({
  description: 'A file of a run.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name within the run’s folder.' }),
    url: t.exposeString('url', { description: 'Path on this server to fetch it by.' }),
    bytes: t.exposeInt('bytes', { description: 'Its size.' }),
    sha256: t.exposeString('sha256', { description: 'SHA-256 of its bytes, hexadecimal.' }),
  }),
})
