import {
  RunDocument,
  StartTrainingDocument,
  TrainingEventsDocument,
  type RunQuery,
  type TrainingEventsSubscription,
} from '../documents/generated/graphql.js'
import type { Client } from './client.js'
import { Progress, say } from './screen.js'

export type FinishedRun = NonNullable<RunQuery['trainingRun']>
type Event = TrainingEventsSubscription['trainingEvents']

const nameOf: Record<string, string> = {
  LOADING: 'loading photos',
  HEAD: 'training the head',
  FINE_TUNE: 'fine-tuning the last layers',
  EVALUATING: 'evaluating',
  SAVING: 'saving',
}
/** Of fine-tuning: a demo must end. */
const fineTuneEpochs = 2

/** Starts a training, shows it while it lasts. @throws Error when it does not complete */
export async function train(client: Client, datasetVersion: string): Promise<FinishedRun> {
  const { startTraining } = await client.ask(StartTrainingDocument, {
    input: { datasetVersion, stage2: { epochs: fineTuneEpochs } },
  })
  const screen = new Stages()
  for await (const { trainingEvents } of client.follow(TrainingEventsDocument, { run: startTraining.name, after: 0 })) {
    screen.tell(trainingEvents)
  }
  screen.end()
  const { trainingRun } = await client.ask(RunDocument, { name: startTraining.name })
  if (trainingRun?.status !== 'COMPLETED') throw new Error(trainingRun?.error ?? `The run is ${trainingRun?.status}.`)
  return trainingRun
}

/** A moving line a stage, and what came of it. */
class Stages {
  private name = ''
  private progress: Progress | undefined
  private began = 0
  private epochs = 1
  private result = ''

  tell(event: Event): void {
    switch (event.__typename) {
      case 'TrainingStageStarted':
        this.end()
        this.name = nameOf[event.stage] ?? event.stage
        this.progress = new Progress(this.name)
        this.began = performance.now()
        this.epochs = Math.max(1, event.epochs ?? 1)
        break
      case 'TrainingProgress':
        this.progress?.show(
          ((event.epoch ?? 1) - 1) * event.total + event.done,
          this.epochs * event.total,
          event.etaSeconds,
          typeof event.loss === 'number' ? `, loss ${event.loss.toFixed(3)}` : '',
        )
        break
      case 'TrainingEpochCompleted': {
        const parts = [`epoch ${event.epoch} of ${event.epochs}`]
        if (typeof event.loss === 'number') parts.push(`loss ${event.loss.toFixed(3)}`)
        if (typeof event.valAccuracy === 'number')
          parts.push(`validation accuracy ${(100 * event.valAccuracy).toFixed(1)} %`)
        this.result = ` (${parts.join(', ')})`
        break
      }
      case 'TrainingStatusChanged':
        // What is fetched, and what was warned of; the first word only says that the run is on.
        if (event.status === 'RUNNING' && event.message && event.message !== 'Running') say(event.message)
        break
      default:
    }
  }

  end(): void {
    const seconds = ((performance.now() - this.began) / 1000).toFixed(1)
    if (this.progress) this.progress.end(`${this.name}: ${seconds} s${this.result}`)
    this.progress = undefined
    this.result = ''
  }
}

export function tellResult(run: FinishedRun): void {
  const { evaluation, comparison } = run
  if (evaluation) {
    const percent = evaluation.accuracy === null ? '–' : `${(100 * evaluation.accuracy).toFixed(1)} %`
    say(
      `run “${run.name}”: accuracy ${percent} on ${evaluation.testImages} test photos, macro F1 ${evaluation.macroF1?.toFixed(3) ?? '–'}`,
    )
  }
  if (comparison) {
    say(`compared with “${comparison.baseline?.name}”: ${comparison.recommendation}`)
    for (const reason of comparison.reasons) say(`  ${reason}`)
  }
}
