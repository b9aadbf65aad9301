/** A run's figures, and the photos behind them. */
import { SimpleGrid, Stack } from '@mantine/core'
import { useState } from 'react'
import { type Cell, Confusion } from './confusion.js'
import { MetricsTable } from './metrics-table.js'
import { PerClass } from './per-class.js'
import type { Choice } from './photo-choice.js'
import { TestPhotos } from './test-photos.js'
import { Verdict } from './verdict.js'
import type { Evaluation, Run } from './words.js'

export function RunEvaluation({ run, evaluation }: { run: Run; evaluation: Evaluation }) {
  const [choice, choose] = useState<Choice>('worst')
  const chooseCell = (cell: Cell) => {
    choose(cell)
    document.getElementById('photos')?.scrollIntoView({ block: 'nearest' })
  }
  const { comparison } = run
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <Stack gap="md">
          <Verdict comparison={comparison} />
          <MetricsTable run={run} />
        </Stack>
        <Stack gap="md">
          <Confusion
            matrix={evaluation.confusionMatrix}
            chosen={typeof choice === 'string' ? undefined : choice}
            choose={chooseCell}
          />
          <PerClass perClass={evaluation.perClass} />
        </Stack>
      </SimpleGrid>
      <TestPhotos
        run={run.name}
        baseline={comparison ? (comparison.baseline?.name ?? 'The older model') : undefined}
        choice={choice}
        choose={choose}
      />
    </Stack>
  )
}
