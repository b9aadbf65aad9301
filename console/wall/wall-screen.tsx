/** For the wall: what serves, what comes in, what waits, what is being learned. */
import { useEffect } from 'react'
import { Loading, TroubleNote } from '../shell/states.js'
import { ago, count, percent } from '../look/figures.js'
import { Corner } from './corner.js'
import { Figure } from './figure.js'
import { shareUnknown } from './hours.js'
import { HoursChart } from './hours-chart.js'
import { RunningTraining } from './running.js'
import { ShareChart } from './share-chart.js'
import { useWall } from './use-wall.js'
import classes from './wall.module.css'

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })

export default function WallScreen() {
  const { data, trouble, hours, now, again } = useWall()
  useEffect(() => {
    document.title = 'Wall · WasteX'
  }, [])
  if (!data) return trouble ? <TroubleNote trouble={trouble} again={again} /> : <Loading />
  const { servingModel: model, queue, staged, runningTraining: running } = data
  const unknown = shareUnknown(hours)
  const named = hours.reduce((sum, { knownInAll }) => sum + knownInAll, 0)
  const counted = hours.flatMap(({ known }) => [...known.keys()])
  const classLabels = [...new Set([...(model?.classLabels ?? []), ...counted])].toSorted()
  return (
    <div className={classes.wall}>
      <header className={classes.head}>
        <h1>
          {model ? (
            <>
              {model.run.name} <span>serves</span>
            </>
          ) : (
            <span>No model serves yet</span>
          )}
        </h1>
        <p>
          {model?.run.promotedAt &&
            `promoted ${ago(model.run.promotedAt, now)}, trained on ${model.run.datasetVersion.name}`}
        </p>
        <time className="figures">{clock.format(now)}</time>
        <Corner />
      </header>
      {trouble && <TroubleNote trouble={trouble} />}
      <dl className={classes.figures} aria-live="off">
        <Figure name="Named in 24 hours" value={count(named)} />
        <Figure name="Unknown" value={unknown === undefined ? '–' : percent(unknown, 0)} />
        <Figure name="Wait for review" value={count(queue.totalCount)} />
        <Figure name="Staged" value={count(staged.totalCount)} more="for the next version" />
      </dl>
      <HoursChart hours={hours} classLabels={classLabels} />
      <ShareChart hours={hours} />
      <footer className={classes.foot}>
        {running ? (
          <RunningTraining key={running.name} run={running.name} version={running.datasetVersion.name} />
        ) : (
          <p className={classes.quiet}>No training is on.</p>
        )}
      </footer>
    </div>
  )
}
