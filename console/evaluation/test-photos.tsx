/** The photos behind the figures. */
import { Card, CloseButton, Group, SegmentedControl, Stack, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { TestPhotosDocument } from '../generated/graphql.js'
import { counted } from '../look/figures.js'
import { LargePhotos } from '../photos/large-photo.js'
import { PhotoGrid } from '../photos/photo-grid.js'
import { usePages } from '../talk/pages.js'
import { about, type Choice, filterOf } from './photo-choice.js'
import { factsOf, Tile } from './test-photo.js'
import classes from './evaluation.module.css'

interface TestPhotosProps {
  run: string
  /** Whether what it said of them was kept. */
  hasPhotos: boolean
  /** The model that served; undefined: nothing was compared. */
  baseline: string | undefined
  choice: Choice
  choose: (choice: Choice) => void
}

export function TestPhotos({ run, hasPhotos, baseline, choice, choose }: TestPhotosProps) {
  const [index, show] = useState<number>()
  const variables = hasPhotos ? { name: run, filter: filterOf(choice) } : null
  const pages = usePages(TestPhotosDocument, variables, ({ trainingRun }) => trainingRun?.testPhotos)
  const lists = [
    { value: 'worst', label: 'Worst mistakes' },
    ...(baseline
      ? [
          { value: 'fixed', label: 'Fixed' },
          { value: 'broken', label: 'Broken' },
        ]
      : []),
    { value: 'all', label: 'All' },
  ]
  if (!hasPhotos) {
    return (
      <Card withBorder padding="md">
        <Title order={2} size="h4">
          Test photos
        </Title>
        <Text c="dimmed">
          {run} was judged before it was kept what a run says of each photo. Later runs show theirs.
        </Text>
      </Card>
    )
  }
  return (
    <Card withBorder padding="md" id="photos" className={classes.photos}>
      <Stack gap="sm">
        <Group justify="space-between" gap="xs">
          <Title order={2} size="h4">
            Test photos
          </Title>
          <SegmentedControl
            size="xs"
            aria-label="Which photos"
            data={lists}
            value={typeof choice === 'string' ? choice : ''}
            onChange={(value) => choose(value as Choice)}
          />
        </Group>
        <Group gap={4} role="status">
          {typeof choice !== 'string' && (
            <CloseButton size="sm" aria-label="All mistakes again" onClick={() => choose('worst')} />
          )}
          <Text size="sm" c="dimmed">
            {about(choice)} {pages.total !== undefined && counted(pages.total, 'photo')}
          </Text>
        </Group>
        <PhotoGrid
          pages={pages}
          label={about(choice)}
          width={132}
          below={baseline ? 58 : 42}
          keyOf={({ contentHash }) => contentHash}
          render={(photo, i) => <Tile photo={photo} baseline={baseline} open={() => show(i)} />}
          empty={<Text c="dimmed">There are none.</Text>}
        />
      </Stack>
      <LargePhotos
        pages={pages}
        index={index}
        show={show}
        photoOf={({ classLabel, predicted, thumbnailUrl, largeUrl, erased }) => ({
          title: classLabel === predicted ? classLabel : `${classLabel}, taken for ${predicted}`,
          alt: classLabel,
          small: thumbnailUrl,
          large: largeUrl,
          erased,
        })}
        facts={(photo) => factsOf(photo, run, baseline)}
      />
    </Card>
  )
}
