/** What the comparison speaks for, and why. */
import { Card, List, Stack, Text, Title } from '@mantine/core'
import type { Choice } from './photo-choice.js'
import { VerdictFigures } from './verdict-figures.js'
import { type Run, verdicts } from './words.js'
import classes from './evaluation.module.css'

interface VerdictProps {
  run: Run
  /** Name of the run that serves; undefined: none does. */
  serving: string | undefined
  /** Shows photos; undefined: none were kept. */
  open: ((choice: Choice) => void) | undefined
}

export function Verdict({ run: { comparison, isActive }, serving, open }: VerdictProps) {
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
  const { recommendation, reasons, baseline } = comparison
  const { title, about } = isActive
    ? { title: 'It was promoted', about: `Before that it was said: “${verdicts[recommendation].title}”.` }
    : verdicts[recommendation]
  const isOld = !isActive && serving !== undefined && serving !== baseline?.name
  return (
    <Card withBorder padding="md" className={classes.verdict} data-says={recommendation}>
      <Stack gap="sm">
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
        <VerdictFigures comparison={comparison} open={open} />
      </Stack>
      <div role="status">
        {isOld && (
          <Text size="sm" mt="sm">
            By now {serving} serves. This run was judged beside {baseline?.name ?? 'one that was removed since'}, not
            beside it.
          </Text>
        )}
      </div>
    </Card>
  )
}
