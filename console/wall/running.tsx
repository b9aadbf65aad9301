/** The training that is on, as far as it is. */
import { duration, percent } from '../look/figures.js'
import { useCountdown } from '../runs/use-countdown.js'
import { useStory } from '../runs/use-story.js'
import { stages } from '../runs/words.js'
import classes from './wall.module.css'

export function RunningTraining({ run, version }: { run: string; version: string }) {
  const { stage, progress, completed } = useStory(run, true).story
  const left = useCountdown(progress)
  const share = progress && progress.total > 0 ? progress.done / progress.total : 0
  const latest = completed.at(-1)
  return (
    <div className={classes.running}>
      <p>
        <strong>{run}</strong> learns {version}
        {stage && `: it ${stages[stage].now}`}
        {progress?.epoch != null && `, epoch ${progress.epoch}`}
        {left !== undefined && `, ${duration(left)} left in this phase`}
        {latest?.valAccuracy != null && `. Validation ${percent(latest.valAccuracy)}`}
      </p>
      <div className={classes.track}>
        <span style={{ width: `${share * 100}%` }} />
      </div>
    </div>
  )
}
