/** A run's figures, and the photos behind them. */
import { SimpleGrid, Stack } from '@mantine/core'
import { useState } from 'react'
import { Untrainable } from '../versions/untrainable.js'
import { Confusion } from './confusion.js'
import { MetricsTable } from './metrics-table.js'
import { PerClass } from './per-class.js'
import type { Choice } from './photo-choice.js'
import { TestPhotos } from './test-photos.js'
import { Verdict } from './verdict.js'
import type { Evaluation, Run } from './words.js'

interface RunEvaluationProps {
  run: Run
  evaluation: Evaluation
  /** Name of the run that serves; undefined: none does. */
  serving: string | undefined
}

export function RunEvaluation({ run, evaluation, serving }: RunEvaluationProps) {
  const [choice, choose] = useState<Choice>('worst')
  const { comparison } = run
  const hasPhotos = run.testPhotos.totalCount > 0
  /** From a figure to its photos. */
  const lead = (to: Choice) => {
    choose(to)
    document.getElementById('photos')?.scrollIntoView({ block: 'nearest' })
  }
  const open = hasPhotos ? lead : undefined
  // Without a comparison the left side is as short as the matrix.
  const perClass = <PerClass perClass={evaluation.perClass} />
  return (
    <Stack gap="md">
      <Untrainable classLabels={run.untrainableClasses}>
        The model does not know classes without a training photo. All figures are without their test photos.
      </Untrainable>
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <Stack gap="md">
          <Verdict run={run} serving={serving} open={open} />
          <MetricsTable run={run} />
        </Stack>
        <Stack gap="md">
          <Confusion
            matrix={evaluation.confusionMatrix}
            chosen={typeof choice === 'string' ? undefined : choice}
            open={open}
          />
          {comparison && perClass}
        </Stack>
      </SimpleGrid>
      {!comparison && perClass}
      <TestPhotos
        run={run.name}
        hasPhotos={hasPhotos}
        baseline={comparison ? (comparison.baseline?.name ?? 'The older model') : undefined}
        choice={choice}
        choose={choose}
      />
    </Stack>
  )
}
