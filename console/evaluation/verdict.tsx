/** What the comparison speaks for, and why. */
import { Card, List, Stack, Text, Title } from '@mantine/core'
import { fixed } from '../look/figures.js'
import type { Comparison } from './words.js'
import { verdicts } from './words.js'
import classes from './evaluation.module.css'

export function Verdict({ comparison }: { comparison: Comparison | null | undefined }) {
  if (!comparison) {
    return (
      <Card withBorder padding="md">
        <Title order={2} size="h3">
          Nothing to compare with
        </Title>
        <Text c="dimmed">No model served when this run was judged: its own figures have to do.</Text>
      </Card>
    )
  }
  const { recommendation, reasons, pValue, fixed: mended, broken, newClasses, baseline, testImages } = comparison
  const { title, about } = verdicts[recommendation]
  return (
    <Card withBorder padding="md" className={classes.verdict} data-says={recommendation}>
      <Stack gap="xs">
        <div>
          <Title order={2} size="h3">
            {title}
          </Title>
          <Text c="dimmed" size="sm">
            {about}
          </Text>
        </div>
        <List size="sm" spacing={4}>
          {reasons.map((reason) => (
            <List.Item key={reason}>{reason}</List.Item>
          ))}
        </List>
        <Text size="xs" c="dimmed" className="figures">
          {`Beside ${baseline?.name ?? 'a run that was removed since'}, on ${testImages} photos: ${mended} fixed, ${broken} broken, p = ${fixed(pValue, 3)} (exact McNemar).`}
          {newClasses.length > 0 && ` New: ${newClasses.join(', ')}.`}
        </Text>
      </Stack>
    </Card>
  )
}
