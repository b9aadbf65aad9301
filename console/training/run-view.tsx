/** A run: where it stands, its phases, its curves. The same on its own screen and, for the newest, above the list of all. */
import { Alert, Anchor, Stack, Text } from '@mantine/core'
import { IconAlertTriangle, IconPlugConnected } from '@tabler/icons-react'
import { Fragment } from 'react'
import { Link } from 'wouter'
import { Ago } from '../look/ago.js'
import { percent } from '../look/figures.js'
import { Untrainable } from '../versions/untrainable.js'
import { Curves } from './curves.js'
import { Phases } from './phases.js'
import { Status } from './status.js'
import classes from './training.module.css'
import type { Run, RunNow } from './use-run.js'
import { isOn } from '../runs/words.js'
import { recommendations } from './words.js'

export function RunView({ run, epochs, story, caughtUp }: RunNow & { run: Run }) {
  return (
    <Stack gap="md">
      {run.status === 'FAILED' && (
        <Alert color="red" icon={<IconAlertTriangle />} title="It failed">
          {run.error ?? 'Nobody knows why.'} Resume goes on from its last checkpoint.
        </Alert>
      )}
      <Untrainable classLabels={run.untrainableClasses}>
        {run.name} leaves out classes without a training photo: its model does not know them.
      </Untrainable>
      <div>
        <Phases run={run} story={story} />
        <div role="status">
          {caughtUp && isOn(run.status) && (
            <Alert color="gray" icon={<IconPlugConnected />} py="xs" mt="sm">
              The connection was lost and is back. Whatever {run.name} told meanwhile has been sent: no epoch is
              missing.
            </Alert>
          )}
        </div>
      </div>
      <Curves run={run} epochs={epochs} />
    </Stack>
  )
}

/** Where it stands, in a line. */
export function About({ run }: { run: Run }) {
  const { startedAt, finishedAt, evaluation, recommendation, datasetVersion } = run
  const said = [
    evaluation?.accuracy != null && `accuracy ${percent(evaluation.accuracy)}`,
    evaluation?.macroF1 != null && `macro F1 ${percent(evaluation.macroF1)}`,
    recommendation && `recommended: ${recommendations[recommendation].toLowerCase()}`,
    run.isActive && 'serves now',
  ].filter((part) => typeof part === 'string')
  return (
    <Text span size="sm" className="figures">
      <Status status={run.status} /> · learns{' '}
      <Anchor component={Link} href={`/datasets/${encodeURIComponent(datasetVersion.name)}`} inherit underline="always">
        {datasetVersion.name}
      </Anchor>
      {' · '}
      <span className={classes.whole}>
        <Ago at={finishedAt ?? startedAt ?? run.createdAt} />
      </span>
      {said.map((part) => (
        // The dot stays with what is before it: no line begins with one.
        <Fragment key={part}>
          {' · '}
          <span className={classes.whole}>{part}</span>
        </Fragment>
      ))}
    </Text>
  )
}
