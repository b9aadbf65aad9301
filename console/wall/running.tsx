/** The training that is on, as far as it is. */
import { useState } from 'react'
import { type TrainingStage, WallTrainingDocument, type WallTrainingSubscription } from '../generated/graphql.js'
import { duration, percent } from '../look/figures.js'
import { useLive } from '../talk/live.js'
import classes from './wall.module.css'

const stages: Readonly<Record<TrainingStage, string>> = {
  LOADING: 'loading photos',
  HEAD: 'training the head',
  FINE_TUNE: 'fine-tuning',
  EVALUATING: 'judging',
  SAVING: 'saving',
}

interface Running {
  stage?: TrainingStage
  epoch?: number | null
  done?: number
  total?: number
  etaSeconds?: number | null
  valAccuracy?: number | null
}

function after(state: Running, event: WallTrainingSubscription['trainingEvents']): Running {
  switch (event.__typename) {
    case 'TrainingStageStarted':
      return { stage: event.stage, valAccuracy: state.valAccuracy }
    case 'TrainingProgress': {
      const { stage, epoch, done, total, etaSeconds } = event
      return { ...state, stage, epoch, done, total, etaSeconds }
    }
    case 'TrainingEpochCompleted':
      return { ...state, valAccuracy: event.valAccuracy }
    default:
      return state
  }
}

export function RunningTraining({ run, version }: { run: string; version: string }) {
  const [state, setState] = useState<Running>({})
  useLive(
    WallTrainingDocument,
    { run },
    { next: ({ trainingEvents: event }) => setState((old) => after(old, event)) },
    { ends: true },
  )
  const { stage, epoch, done, total, etaSeconds, valAccuracy } = state
  const share = done !== undefined && total ? done / total : 0
  return (
    <div className={classes.running}>
      <p>
        <strong>{run}</strong> learns {version}
        {stage && `: ${stages[stage]}`}
        {epoch ? `, epoch ${epoch}` : ''}
        {etaSeconds != null && `, ${duration(etaSeconds)} left in this stage`}
        {valAccuracy != null && `. Validation ${percent(valAccuracy)}`}
      </p>
      <div className={classes.track}>
        <span style={{ width: `${share * 100}%` }} />
      </div>
    </div>
  )
}
