/** How good a run's model is, by itself and beside the one that served. */
import type { Comparison, Delta } from '../../evaluation/comparison.js'
import type { ClassMetrics, ConfusionMatrix, Metrics } from '../../evaluation/metrics.js'
import { builder } from './builder.js'
import { RecommendationEnum } from './enums.js'
import { TrainingRun } from './run.js'

const PerClass = builder.objectRef<ClassMetrics>('ClassMetrics').implement({
  description: 'How well one class is told.',
  fields: (t) => ({
    classLabel: t.exposeString('classLabel', { description: 'Name of the class.' }),
    precision: t.exposeFloat('precision', {
      nullable: true,
      description: 'Share of right ones among those named so, 0 to 1; null when none was.',
    }),
    recall: t.exposeFloat('recall', {
      nullable: true,
      description: 'Share of its test photos that were found, 0 to 1; null without test photos.',
    }),
    f1: t.exposeFloat('f1', {
      nullable: true,
      description: 'Harmonic mean of precision and recall, 0 to 1; null without test photos.',
    }),
    support: t.exposeInt('support', { description: 'Its test photos.' }),
  }),
})

const Matrix = builder.objectRef<ConfusionMatrix>('ConfusionMatrix').implement({
  description: 'What was taken for what.',
  fields: (t) => ({
    classLabels: t.exposeStringList('classLabels', { description: 'Names of rows and of columns.' }),
    counts: t.field({
      type: t.listRef(t.listRef('Int')),
      description: 'Test photos: a row for each true class, a column for each predicted one.',
      resolve: ({ counts }) => counts,
    }),
  }),
})

const Evaluation = builder.objectRef<Metrics>('Evaluation').implement({
  description: 'Figures on the test photos. What is undefined is null, and left out of the means over classes.',
  fields: (t) => ({
    loss: t.exposeFloat('loss', {
      nullable: true,
      description: 'Mean cross entropy, natural logarithm; null without test photos.',
    }),
    accuracy: t.exposeFloat('accuracy', {
      nullable: true,
      description: 'Share of right answers, 0 to 1; null without test photos.',
    }),
    precision: t.exposeFloat('precision', {
      nullable: true,
      description: 'Mean of the classes’ precisions, 0 to 1; null when none is defined.',
    }),
    recall: t.exposeFloat('recall', {
      nullable: true,
      description: 'Mean of the classes’ recalls, 0 to 1; null when none is defined.',
    }),
    macroF1: t.exposeFloat('macroF1', {
      nullable: true,
      description: 'Mean of the classes’ F1, 0 to 1; null when none is defined.',
    }),
    testImages: t.exposeInt('testImages', { description: 'Photos it was judged on.' }),
    perClass: t.expose('perClass', {
      type: [PerClass],
      description: 'A row for each class, in the order of the logits.',
    }),
    confusionMatrix: t.expose('confusionMatrix', { type: Matrix, description: 'What was taken for what.' }),
  }),
})

const howInterval = 'paired percentile bootstrap over the test photos'
const whenNoInterval =
  'null where too few photos leave it undefined, and for runs compared before there were intervals.'

const MetricDelta = builder.objectRef<Delta>('MetricDelta').implement({
  description: 'One figure of both models on the same test photos.',
  fields: (t) => ({
    metric: t.exposeString('metric', { description: '`accuracy`, `macroF1`, `loss`, `precision` or `recall`.' }),
    baseline: t.exposeFloat('baseline', { description: 'Of the model that served.' }),
    candidate: t.exposeFloat('candidate', { description: 'Of this run.' }),
    delta: t.exposeFloat('delta', { description: 'Candidate less baseline: better above 0, but for `loss`.' }),
    low: t.float({
      nullable: true,
      description: `Lower end of the 95 % interval of \`delta\` (${howInterval}); ${whenNoInterval}`,
      resolve: ({ low }) => low ?? null,
    }),
    high: t.float({
      nullable: true,
      description: `Upper end of it; ${whenNoInterval}`,
      resolve: ({ high }) => high ?? null,
    }),
  }),
})

const compared = ({ comparison }: { comparison: unknown }) => comparison as Comparison
/** What a variant selects is selected with the run that it is a view of; its type does not say so. */
const isCompared = (run: object) => 'comparison' in run && run.comparison !== null

const RunComparison = builder.prismaObject('TrainingRun', {
  variant: 'Comparison',
  select: { id: true, comparison: true },
  description:
    'This run beside the model that served when it started, on the same test photos: the new version’s, without those that the older model was trained on.',
  fields: (t) => ({
    baseline: t.relation('baseline', {
      nullable: true,
      description: 'The run that served; null when it has been removed since.',
    }),
    testImages: t.int({
      description: 'Photos that both were judged on.',
      resolve: (run) => compared(run).testImages,
    }),
    recommendation: t.field({
      type: RecommendationEnum,
      description: 'What the figures speak for.',
      resolve: (run) => compared(run).recommendation,
    }),
    reasons: t.stringList({
      description: 'Why, in plain sentences with figures.',
      resolve: (run) => compared(run).reasons,
    }),
    deltas: t.field({
      type: [MetricDelta],
      description: 'Figures of both; those that are undefined for one of them are left out.',
      resolve: (run) => compared(run).deltas,
    }),
    pValue: t.float({
      description: 'How likely chance alone makes such a difference (exact McNemar test), 0 to 1.',
      resolve: (run) => compared(run).pValue,
    }),
    fixed: t.int({
      description: 'Photos that the older model got wrong and this one gets right.',
      resolve: (run) => compared(run).discordant.fixed,
    }),
    broken: t.int({
      description: 'Photos that the older model got right and this one gets wrong.',
      resolve: (run) => compared(run).discordant.broken,
    }),
    newClasses: t.stringList({
      description: 'Classes that this run alone knows.',
      resolve: (run) => compared(run).newClasses,
    }),
  }),
})

builder.prismaObjectFields(TrainingRun, (t) => ({
  evaluation: t.field({
    type: Evaluation,
    nullable: true,
    description: 'Its figures on the test photos; null until evaluated.',
    select: { evaluation: true },
    resolve: ({ evaluation }) => evaluation as unknown as Metrics | null,
  }),
  comparison: t.variant(RunComparison, {
    isNull: (run) => !isCompared(run),
    description: 'Beside the model that served; null until compared, and for a first run.',
  }),
}))
