/** How far an import is. */
import { Group, Progress, Stack, Text } from '@mantine/core'
import { count, counted, duration } from '../look/figures.js'
import { useImportProgress } from './use-import-progress.js'

export function ImportProgress({ name, path }: { name: string; path: string }) {
  const progress = useImportProgress(name)
  const { done = 0, total = 0, refused = 0 } = progress ?? {}
  const isRead = total > 0 && done >= total
  return (
    <Stack gap={6}>
      <Text size="sm" c="dimmed" truncate title={path}>
        from {path}
      </Text>
      <Progress.Root size="lg">
        <Progress.Section
          value={total > 0 ? (done / total) * 100 : 0}
          aria-label="Photos read"
          animated={isRead}
          aria-valuetext={`${count(done)} of ${count(total)}`}
        />
      </Progress.Root>
      <Group justify="space-between" gap="xs" className="figures">
        <Text size="sm">
          {!progress && 'Looking into the folder'}
          {progress && !isRead && `${count(done)} of ${counted(total, 'file')}`}
          {isRead && 'All read. Near copies are found, and photos are sorted into train, validation and test.'}
        </Text>
        <Text size="sm" c="dimmed">
          {[
            refused > 0 && `${count(refused)} refused`,
            progress?.perSecond !== undefined && `${counted(Math.round(progress.perSecond), 'file')} a second`,
            !isRead && progress?.secondsLeft !== undefined && `${duration(progress.secondsLeft)} left`,
          ]
            .filter(Boolean)
            .join(', ')}
        </Text>
      </Group>
      <Text size="xs" c="dimmed">
        It goes on when this page is closed.
      </Text>
    </Stack>
  )
}
