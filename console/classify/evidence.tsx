/** How far a photo is from what the model knows: each test's figure against its threshold. */
import { Group, Stack, Text } from '@mantine/core'
import { fixed } from '../look/figures.js'
import type { Answer } from './sent-photo.js'
import classes from './classify.module.css'

interface Test {
  name: string
  /** What it tests, in plain words. */
  asks: string
  value: number
  threshold: number
  /** Stands at the left end; the threshold stands in the same place for every photo and every test. */
  best: number
  failed: boolean
  said: string
}

/** Of the scale's width. */
const thresholdAt = 0.6
/** An energy so far below its threshold stands at the left end. */
const energyShown = 9

export function Evidence({ answer }: { answer: Answer }) {
  return (
    <div>
      <Stack gap={8} component="ul" className={classes.tests} aria-label="What the model knows of such photos">
        {testsOf(answer).map(({ name, asks, value, threshold, best, failed, said }) => {
          const at = ((value - best) / (threshold - best || Number.EPSILON)) * thresholdAt
          return (
            <li key={name}>
              <Group justify="space-between" gap="xs" wrap="nowrap">
                <Text size="sm">
                  {name}{' '}
                  <Text span size="xs" c="dimmed">
                    {asks}
                  </Text>
                </Text>
                <Text
                  size="sm"
                  ta="right"
                  className="figures"
                  c={failed ? undefined : 'dimmed'}
                  fw={failed ? 600 : 400}
                >
                  {said}
                </Text>
              </Group>
              <div className={classes.scale} aria-hidden>
                <span className={classes.known} style={{ width: `${thresholdAt * 100}%` }} />
                <span
                  className={classes.value}
                  data-failed={failed || undefined}
                  style={{ left: `${Math.min(1, Math.max(0, at)) * 100}%` }}
                />
              </div>
            </li>
          )
        })}
      </Stack>
      <Text size="xs" c="dimmed" mt={6} aria-hidden>
        Left of the mark it is known; right of it, it goes to review.
      </Text>
    </div>
  )
}

/** Drawn so that the known lies on the left: what is doubtful moves to the right, past the threshold. */
function testsOf(answer: Answer): Test[] {
  const { energy, energyThreshold, confidence, confidenceThreshold, novelty, noveltyThreshold } = answer
  const failed = (reason: Answer['oodReasons'][number]) => answer.oodReasons.includes(reason)
  const tests: Test[] = [
    {
      name: 'Energy',
      asks: 'is any class supported?',
      value: energy,
      threshold: energyThreshold,
      best: energyThreshold - energyShown,
      failed: failed('ENERGY'),
      said: against(energy, failed('ENERGY') ? 'above' : 'below', energyThreshold, 2),
    },
    {
      name: 'Softmax',
      asks: 'is one class ahead? before calibration',
      value: 1 - confidence,
      threshold: 1 - confidenceThreshold,
      best: 0,
      failed: failed('CONFIDENCE'),
      said: against(confidence, failed('CONFIDENCE') ? 'below' : 'above', confidenceThreshold, 2),
    },
  ]
  if (novelty == null || noveltyThreshold == null) return tests
  return [
    ...tests,
    {
      name: 'Novelty',
      asks: 'is it like the training photos?',
      value: novelty,
      threshold: noveltyThreshold,
      best: 0,
      failed: failed('NOVELTY'),
      said: against(novelty, failed('NOVELTY') ? 'above' : 'below', noveltyThreshold, 0),
    },
  ]
}

/** With more digits where so few do not tell the two apart. */
function against(value: number, stands: 'above' | 'below', threshold: number, digits: number): string {
  const enough = value.toFixed(digits) === threshold.toFixed(digits) ? digits + 2 : digits
  return `${fixed(value, enough)}, ${stands} ${fixed(threshold, enough)}`
}
