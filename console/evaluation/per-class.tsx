/** How well each class is told: the worst first. */
import { Card, SegmentedControl, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { Bars } from '../charts/bars.js'
import { useColourOf } from '../classes/known-classes.js'
import { counted, percent } from '../look/figures.js'
import type { Evaluation } from './words.js'

const figures = [
  { value: 'f1', label: 'F1' },
  { value: 'precision', label: 'Precision' },
  { value: 'recall', label: 'Recall' },
] as const

export function PerClass({ perClass }: { perClass: Evaluation['perClass'] }) {
  const [figure, setFigure] = useState<(typeof figures)[number]['value']>('f1')
  const colourOf = useColourOf()
  const worst = perClass.toSorted((a, b) => (a[figure] ?? -1) - (b[figure] ?? -1))
  return (
    <Card withBorder padding="md">
      <Title order={2} size="h4" mb="xs">
        By class
      </Title>
      <SegmentedControl
        size="xs"
        mb="sm"
        aria-label="Which figure"
        data={figures.map(({ value, label }) => ({ value, label }))}
        value={figure}
        onChange={(value) => setFigure(value)}
      />
      <Bars
        label={`${figures.find(({ value }) => value === figure)?.label} by class`}
        most={1}
        bars={worst.map((own) => ({
          name: own.classLabel,
          value: own[figure] ?? 0,
          said: (
            <>
              {own[figure] === null ? '–' : percent(own[figure])}{' '}
              <Text span size="xs" c="dimmed">
                {counted(own.support, 'photo')}
              </Text>
            </>
          ),
          colour: colourOf(own.classLabel),
        }))}
      />
    </Card>
  )
}
