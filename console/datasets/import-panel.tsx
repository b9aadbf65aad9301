/** An import from its form to what came of it. */
import { Anchor, Button, Group, Paper, Stack, Text, Title } from '@mantine/core'
import { useEffect, useId, useRef } from 'react'
import { Link } from 'wouter'
import { counted } from '../look/figures.js'
import { Untrainable } from '../versions/untrainable.js'
import { ImportForm } from './import-form.js'
import { ImportProgress } from './import-progress.js'
import { LeftOut, leftOutInAll } from './left-out.js'
import type { Import, Imported } from './use-import.js'

interface ImportPanelProps {
  going: Import
  /** Of the next version. */
  name: string
  /** No version is there yet: the first one is to be the active one. */
  isFirst: boolean
  close: () => void
}

export function ImportPanel({ going, name, isFirst, close }: ImportPanelProps) {
  const { running, imported, refused, begin, putAway } = going
  const title = useId()
  const away = () => {
    putAway()
    close()
  }
  return (
    <Paper component="section" withBorder p="lg" aria-labelledby={title}>
      <Title order={2} size="h4" id={title} mb="sm">
        {running ? `Importing ${running.name}` : imported ? `${imported.name} is there` : 'Import photos'}
      </Title>
      {running ? (
        <ImportProgress key={running.name} name={running.name} path={running.path} />
      ) : imported ? (
        <Outcome imported={imported} away={away} />
      ) : (
        <ImportForm
          proposed={refused?.input ?? { name, path: '', activate: isFirst }}
          trouble={refused?.trouble}
          begin={begin}
          cancel={isFirst ? undefined : away}
        />
      )}
    </Paper>
  )
}

function Outcome({
  imported: { name, totalImages, classCounts, untrainableClasses, importReport },
  away,
}: OutcomeProps) {
  const link = useRef<HTMLAnchorElement>(null)
  useEffect(() => link.current?.focus(), [])
  return (
    <Stack gap="sm" role="status">
      <Text size="sm" className="figures">
        {counted(totalImages, 'photo')} of {counted(classCounts.length, 'class', 'classes')}.{' '}
        {importReport && leftOutInAll(importReport)}
      </Text>
      <Untrainable classLabels={untrainableClasses}>
        A training leaves out classes without a training photo. Put photos into the training folder and import again, or
        label some.
      </Untrainable>
      {importReport && <LeftOut report={importReport} />}
      <Group gap="md">
        <Anchor component={Link} href={`/datasets/${encodeURIComponent(name)}`} ref={link} onClick={away} fw={600}>
          Look at {name}
        </Anchor>
        <Button component={Link} href={`/training?version=${encodeURIComponent(name)}`} variant="default" size="xs">
          Train with {name}
        </Button>
        <Button variant="default" size="xs" onClick={away}>
          Close
        </Button>
      </Group>
    </Stack>
  )
}
interface OutcomeProps {
  imported: Imported
  away: () => void
}
