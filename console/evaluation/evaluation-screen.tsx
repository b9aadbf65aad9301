/** How good a run is, beside the one that serves; and which of them is to serve. */
import { Anchor, Badge } from '@mantine/core'
import { Link, useLocation, useParams } from 'wouter'
import { Ago } from '../look/ago.js'
import { Screen } from '../shell/screen.js'
import { Empty, Loading, TroubleNote } from '../shell/states.js'
import { Promotions } from './promotions.js'
import { RunChoice } from './run-choice.js'
import { RunEvaluation } from './run-evaluation.js'
import { useEvaluation } from './use-evaluation.js'
import { statuses } from '../runs/words.js'
import type { Run } from './words.js'

export default function EvaluationScreen() {
  const { run: asked } = useParams<{ run?: string }>()
  const [, go] = useLocation()
  const { runs, name, run, trouble, again } = useEvaluation(asked)
  const serving = runs?.find(({ isActive }) => isActive)?.name
  return (
    <Screen
      title="Evaluation"
      about={run && <About run={run} />}
      actions={
        <>
          {runs && name && <RunChoice runs={runs} run={run ?? undefined} choose={(own) => go(`/evaluation/${own}`)} />}
          {run && runs && <Promotions run={run} runs={runs} serving={serving} />}
        </>
      }
    >
      {trouble && <TroubleNote trouble={trouble} again={again} />}
      {!runs && !trouble && <Loading what="Asking for runs" />}
      {runs && !name && (
        <Empty
          title="Nothing has been judged yet"
          hint={
            <>
              A run is judged when it has been trained.{' '}
              <Anchor component={Link} href="/training" underline="always">
                Go to training
              </Anchor>
            </>
          }
        />
      )}
      {name && !run && !trouble && <Loading what="Asking for its figures" />}
      {run && !run.evaluation && (
        <Empty
          title={`${run.name} ${statuses[run.status].now}`}
          hint={
            <>
              It has no figures.{' '}
              <Anchor component={Link} href={`/training/${run.name}`} underline="always">
                Look at it in training
              </Anchor>
            </>
          }
        />
      )}
      {run?.evaluation && <RunEvaluation key={run.name} run={run} evaluation={run.evaluation} serving={serving} />}
    </Screen>
  )
}

const About = ({ run: { name, isActive, finishedAt, datasetVersion } }: { run: Run }) => (
  <>
    <Anchor component={Link} href={`/training/${name}`} underline="always">
      {name}
    </Anchor>{' '}
    learned {datasetVersion.name}
    {finishedAt && (
      <>
        , <Ago at={finishedAt} />
      </>
    )}
    <span role="status">
      {isActive && (
        <>
          {' '}
          <Badge variant="light" size="sm">
            serves now
          </Badge>
        </>
      )}
    </span>
  </>
)
