/** The stages of a run, how far it is, and what it says. */
import { Group, Text } from '@mantine/core'
import { count, duration } from '../look/figures.js'
import { piecesOf } from './stage-bar.js'
import type { Story } from '../runs/story.js'
import classes from './training.module.css'
import { useCountdown } from '../runs/use-countdown.js'
import type { Run } from './use-run.js'
import { isOn, stages, statuses } from '../runs/words.js'

const spoken = { done: 'done', now: 'now', stopped: 'stopped', ahead: 'to come' } as const

export function Phases({ run, story }: { run: Run; story: Story }) {
  const pieces = piecesOf(run, story)
  const now = pieces.find(({ state }) => state === 'now')
  return (
    <div>
      <ol className={classes.phases} aria-label={`Phases of ${run.name}`}>
        {pieces.map(({ stage, state, share }) => (
          <li key={stage} data-state={state} aria-current={state === 'now' ? 'step' : undefined}>
            <span className={classes.piece} data-unknown={(state === 'now' && share === undefined) || undefined}>
              <span style={{ width: state === 'done' ? '100%' : `${(share ?? 0) * 100}%` }} />
            </span>
            <span>
              {stages[stage].short}
              <span className={state === 'stopped' ? undefined : 'unseen'}>, {spoken[state]}</span>
            </span>
          </li>
        ))}
      </ol>
      <p className="unseen" role="status">
        {run.name}: {now ? stages[now.stage].now : statuses[run.status].said}
      </p>
      {isOn(run.status) && <Doing story={story} />}
      {run.status === 'INTERRUPTED' && (
        <Text size="sm" mt="xs">
          The server that trained it stopped. Resume goes on from its last checkpoint.
        </Text>
      )}
    </div>
  )
}

function Doing({ story: { stage, epochs, progress, message } }: { story: Story }) {
  const left = useCountdown(progress)
  const units = stage && stages[stage].units
  return (
    <Group justify="space-between" gap="xs" mt="xs">
      <Text size="sm">
        {progress?.epoch != null && `Epoch ${progress.epoch} of at most ${epochs} · `}
        {progress && units ? (
          <span className="figures">
            {count(progress.done)} of {count(progress.total)} {units}
          </span>
        ) : (
          (message ?? 'Waits for its first word')
        )}
      </Text>
      {left !== undefined && (
        <Text size="sm" c="dimmed" className="figures">
          {left < 1 ? 'This phase is nearly done' : `${duration(left)} left in this phase`}
        </Text>
      )}
    </Group>
  )
}
