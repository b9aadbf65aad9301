/** The run's figures, beside those of the model that served, with what sets them apart. */
import { Card, Table, Text, Title } from '@mantine/core'
import { count, counted } from '../look/figures.js'
import { Interval } from './interval.js'
import { change, type Delta, isLoss, judged, metricNames, type Run, said } from './words.js'
import classes from './evaluation.module.css'

const metrics = ['accuracy', 'macroF1', 'precision', 'recall', 'loss'] as const

export function MetricsTable({ run: { name, evaluation, comparison } }: { run: Run }) {
  if (!evaluation) return null
  const { deltas = [], baseline, testImages = 0, newClasses = [] } = comparison ?? {}
  // The row adds up on the photos that both were judged on, and there alone.
  const areFewer = comparison != null && testImages < evaluation.testImages
  const most = Math.max(0.01, ...deltas.filter(({ metric }) => !isLoss(metric)).flatMap(reach))
  return (
    <Card withBorder padding="md">
      <Title order={2} size="h4">
        Figures
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        {name} on {counted(evaluation.testImages, 'test photo')}
        {comparison &&
          (areFewer
            ? `; compared on ${counted(testImages, 'photo')}: the others the older model has learned from`
            : ', both models on the same')}
        .{comparison && ' In the drawings better lies on the right.'}
      </Text>
      <Table className={`figures ${classes.metrics}`} verticalSpacing={6} horizontalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Metric</Table.Th>
            <Table.Th ta="right">{name}</Table.Th>
            {comparison && (
              <>
                <Table.Th ta="right">{baseline?.name ?? 'older'}</Table.Th>
                <Table.Th>Difference{deltas.some(({ low }) => low != null) && ', 95 % interval'}</Table.Th>
              </>
            )}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {metrics.map((metric) => {
            const delta = deltas.find((own) => own.metric === metric)
            const isOfKnown = isLoss(metric) && newClasses.length > 0
            return (
              <Table.Tr key={metric}>
                <Table.Th scope="row">{metricNames[metric]}</Table.Th>
                <Table.Td ta="right">
                  {said(metric, evaluation[metric])}
                  {(areFewer || isOfKnown) && delta && (
                    <Text span size="xs" c="dimmed" display="block" className={classes.onFewer}>
                      {said(metric, delta.candidate)} on {isOfKnown ? 'classes both know' : `the ${count(testImages)}`}
                    </Text>
                  )}
                </Table.Td>
                {comparison && (
                  <>
                    <Table.Td ta="right">{said(metric, delta?.baseline)}</Table.Td>
                    <Table.Td>{delta && <Difference delta={delta} most={most} />}</Table.Td>
                  </>
                )}
              </Table.Tr>
            )
          })}
        </Table.Tbody>
      </Table>
      {newClasses.length > 0 && (
        <Text size="xs" c="dimmed" mt="xs">
          {baseline?.name ?? 'The older model'} never names a photo {newClasses.join(' or ')}: its recall there is 0,
          its precision undefined and left out of its mean, so that the two means of precision are not of the same
          classes. Loss is compared on the photos whose class both know.
        </Text>
      )}
    </Card>
  )
}

const reach = ({ delta, low, high }: Delta) => [delta, low ?? 0, high ?? 0].map(Math.abs)

function Difference({ delta: own, most }: { delta: Delta; most: number }) {
  const { metric, delta, low, high } = own
  const isTurned = isLoss(metric)
  const scale = isTurned ? Math.max(0.01, ...reach(own)) : most
  return (
    <div className={classes.difference}>
      {low != null && high != null && <Interval {...{ delta, low, high, isTurned }} most={scale} />}
      <span>
        <strong>{change(metric, delta)}</strong>
        {!isTurned && ' points'}
        {low != null && high != null && (
          <Text span size="xs" c="dimmed" display="block">
            {change(metric, low)} to {change(metric, high)}, {judged(own)}
          </Text>
        )}
      </span>
    </div>
  )
}
