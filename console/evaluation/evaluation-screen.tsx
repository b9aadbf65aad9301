/** How good a run is, beside the one that serves; and which of them is to serve. */
import { Anchor, Badge, NativeSelect, Text } from '@mantine/core'
import { Link, useLocation, useParams } from 'wouter'
import { ago } from '../look/figures.js'
import { Screen } from '../shell/screen.js'
import { Empty, Loading, TroubleNote } from '../shell/states.js'
import { useMay } from '../talk/who.js'
import { LetServe } from './let-serve.js'
import { RunEvaluation } from './run-evaluation.js'
import { type Runs, useEvaluation } from './use-evaluation.js'
import { type Run, statuses } from './words.js'

export default function EvaluationScreen() {
  const { run: asked } = useParams<{ run?: string }>()
  const [, go] = useLocation()
  const { runs, name, run, trouble, again } = useEvaluation(asked)
  const judged = runs?.filter(({ status }) => status === 'COMPLETED')
  return (
    <Screen
      title="Evaluation"
      about={run && <About run={run} />}
      actions={
        <>
          {judged && judged.length > 0 && (
            <NativeSelect
              aria-label="Run"
              value={name}
              onChange={(event) => go(`/evaluation/${event.currentTarget.value}`)}
              data={judged.map((own) => ({
                value: own.name,
                label: `${own.name} on ${own.datasetVersion.name}${own.isActive ? ', serves' : ''}`,
              }))}
            />
          )}
          {run && runs && <Promotions run={run} runs={runs} />}
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
          title={`${run.name} ${statuses[run.status]}`}
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
      {run?.evaluation && <RunEvaluation key={run.name} run={run} evaluation={run.evaluation} />}
    </Screen>
  )
}

const About = ({ run: { name, isActive, finishedAt, datasetVersion } }: { run: Run }) => (
  <>
    <Anchor component={Link} href={`/training/${name}`} underline="always">
      {name}
    </Anchor>{' '}
    learned {datasetVersion.name}
    {finishedAt && `, ${ago(finishedAt)}`}
    {isActive && (
      <>
        {' '}
        <Badge variant="light" size="sm">
          serves now
        </Badge>
      </>
    )}
  </>
)

/** Whoever serves may give way to the one before it. */
function Promotions({ run, runs }: { run: Run; runs: Runs }) {
  const mayPromote = useMay('TRAINER')
  if (run.status !== 'COMPLETED') return null
  if (!mayPromote) {
    return run.isActive ? null : (
      <Text size="xs" c="dimmed">
        A trainer may promote it.
      </Text>
    )
  }
  const serving = runs.find(({ isActive }) => isActive)?.name
  if (!run.isActive) return <LetServe name={run.name} serving={serving} isBack={run.promotedAt !== null} />
  const before = runs
    .filter(({ isActive, promotedAt }) => !isActive && promotedAt !== null)
    .toSorted((a, b) => Date.parse(b.promotedAt ?? '') - Date.parse(a.promotedAt ?? ''))[0]
  return before ? <LetServe name={before.name} serving={serving} isBack quiet /> : null
}
