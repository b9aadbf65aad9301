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
  /** Of the scale, where `value` and `threshold` lie. */
  from: number
  to: number
  failed: boolean
  said: string
}

export function Evidence({ answer }: { answer: Answer }) {
  return (
    <Stack gap={8} component="ul" className={classes.tests} aria-label="What the model knows of such photos">
      {testsOf(answer).map(({ name, asks, value, threshold, from, to, failed, said }) => {
        const at = (x: number) => `${Math.min(1, Math.max(0, (x - from) / (to - from))) * 100}%`
        return (
          <li key={name}>
            <Group justify="space-between" gap="xs" wrap="nowrap">
              <Text size="sm">
                {name}{' '}
                <Text span size="xs" c="dimmed">
                  {asks}
                </Text>
              </Text>
              <Text size="sm" className="figures" c={failed ? undefined : 'dimmed'} fw={failed ? 600 : 400}>
                {said}
              </Text>
            </Group>
            <div className={classes.scale} aria-hidden>
              <span className={classes.known} style={{ width: at(threshold) }} />
              <span className={classes.value} data-failed={failed || undefined} style={{ left: at(value) }} />
            </div>
          </li>
        )
      })}
    </Stack>
  )
}

/** Drawn so that the known lies on the left: what is doubtful moves to the right, past the threshold. */
function testsOf(answer: Answer): Test[] {
  const { energy, energyThreshold, confidence, confidenceThreshold, novelty, noveltyThreshold } = answer
  const failed = (reason: Answer['oodReasons'][number]) => answer.oodReasons.includes(reason)
  const against = (value: string, threshold: string, isOver: boolean, over: string, within: string) =>
    `${value}, ${isOver ? over : within} ${threshold}`
  const tests: Test[] = [
    {
      name: 'Energy',
      asks: 'is any class supported?',
      value: energy,
      threshold: energyThreshold,
      from: Math.min(energy, energyThreshold) - 2,
      to: Math.max(energy, energyThreshold) + 2,
      failed: failed('ENERGY'),
      said: against(fixed(energy, 2), fixed(energyThreshold, 2), failed('ENERGY'), 'above', 'below'),
    },
    {
      name: 'Softmax',
      asks: 'is one class ahead? before calibration',
      value: 1 - confidence,
      threshold: 1 - confidenceThreshold,
      from: 0,
      to: 1,
      failed: failed('CONFIDENCE'),
      said: against(fixed(confidence, 2), fixed(confidenceThreshold, 2), failed('CONFIDENCE'), 'below', 'above'),
    },
  ]
  if (novelty == null || noveltyThreshold == null) return tests
  const said = against(fixed(novelty, 0), fixed(noveltyThreshold, 0), failed('NOVELTY'), 'above', 'below')
  const to = Math.max(novelty, noveltyThreshold) * 1.2
  return [
    ...tests,
    {
      name: 'Novelty',
      asks: 'is it like the training photos?',
      value: novelty,
      threshold: noveltyThreshold,
      from: 0,
      to,
      failed: failed('NOVELTY'),
      said,
    },
  ]
}
