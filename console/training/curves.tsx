/** Loss and accuracy as they become, with an earlier run behind them. */
import { Card, Group, NativeSelect, SimpleGrid, Text } from '@mantine/core'
import { useMemo } from 'react'
import { LineChart } from '../charts/line-chart.js'
import type { EpochFragment } from '../generated/graphql.js'
import { percent } from '../look/figures.js'
import { linesOf, saidOf, sectionsOf } from './curve-data.js'
import { keptOf, keptSaid } from './kept.js'
import { useBehind } from './use-behind.js'
import type { Run } from './use-run.js'
import { isOn } from '../runs/words.js'

/** So many digits as tell numbers apart that stand so far from each other. */
const digitsFor = (apart: number) => Math.max(0, Math.ceil(-Math.log10(apart) - 0.01))

const charts = [
  {
    title: 'Loss',
    unit: 'mean cross entropy with the targets of the recipe, nats',
    figure: { training: 'loss', validation: 'valLoss' },
    say: (value: number, apart = 0.001) => value.toFixed(digitsFor(apart)),
    ends: { least: 0 },
  },
  {
    title: 'Accuracy',
    unit: '% of the photos named rightly',
    figure: { training: 'accuracy', validation: 'valAccuracy' },
    say: (value: number, apart = 0.001) => percent(value, digitsFor(apart * 100)),
    ends: { least: 0, most: 1 },
  },
] as const

export function Curves({ run, epochs }: { run: Run; epochs: readonly EpochFragment[] }) {
  const { behind, chosen, choices, choose } = useBehind(run)
  const { stage1, stage2 } = run.settings
  const on = isOn(run.status)
  const isDone = run.status === 'COMPLETED'
  const mine = useMemo(() => ({ run: run.name, epochs }), [run.name, epochs])
  const most = { HEAD: stage1.epochs, FINE_TUNE: stage2.epochs }
  const kept = { Head: keptOf(epochs, 'HEAD'), 'Fine-tune': keptOf(epochs, 'FINE_TUNE') }
  const sections = sectionsOf(epochs, behind?.epochs ?? [], on ? most : undefined)
  return (
    <section aria-label="Curves">
      <Group justify="space-between" mb="xs" gap="xs">
        <Text size="sm" className="figures" flex="1 1 300px">
          {run.startedFrom &&
            stage2.epochs === 0 &&
            `It goes on from ${run.startedFrom.name}: the head alone is trained. `}
          {keptSaid(epochs, isDone)}
        </Text>
        <NativeSelect
          aria-label="Run behind the curves"
          size="xs"
          value={chosen}
          onChange={(event) => choose(event.currentTarget.value)}
          data={[
            { value: '', label: 'Behind: no run' },
            ...choices.map((name) => ({ value: name, label: `Behind: ${name}` })),
          ]}
        />
      </Group>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        {charts.map(({ title, unit, figure, say, ends }) => (
          <Card key={title} withBorder padding="md">
            <LineChart
              title={title}
              unit={unit}
              step="epoch"
              label={saidOf(title, mine, figure, say, on ? most : undefined, isDone)}
              sections={sections}
              marked={{ as: isDone ? 'kept' : 'best so far', steps: kept }}
              lines={linesOf(mine, behind, figure, isDone)}
              say={say}
              ends={ends}
            />
          </Card>
        ))}
      </SimpleGrid>
    </section>
  )
}
