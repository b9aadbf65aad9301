/** The photos behind the figures. */
import { Card, CloseButton, Group, SegmentedControl, Stack, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { TestPhotosDocument, type TestPhotoTileFragment } from '../generated/graphql.js'
import { counted, percent } from '../look/figures.js'
import { Facts } from '../photos/facts.js'
import { LargePhotos } from '../photos/large-photo.js'
import { PhotoGrid } from '../photos/photo-grid.js'
import { PhotoTile } from '../photos/photo-tile.js'
import { usePages } from '../talk/pages.js'
import { about, type Choice, filterOf } from './photo-choice.js'
import classes from './evaluation.module.css'

interface TestPhotosProps {
  run: string
  /** The model that served; undefined: nothing was compared. */
  baseline: string | undefined
  choice: Choice
  choose: (choice: Choice) => void
}

export function TestPhotos({ run, baseline, choice, choose }: TestPhotosProps) {
  const [index, show] = useState<number>()
  const variables = { name: run, filter: filterOf(choice) }
  const pages = usePages(TestPhotosDocument, variables, ({ trainingRun }) => trainingRun?.testPhotos)
  const lists = [
    { value: 'worst', label: 'Mistakes' },
    ...(baseline
      ? [
          { value: 'fixed', label: 'Fixed' },
          { value: 'broken', label: 'Broken' },
        ]
      : []),
    { value: 'all', label: 'All' },
  ]
  return (
    <Card withBorder padding="md" id="photos">
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
          below={40}
          keyOf={({ contentHash }) => contentHash}
          render={(photo, i) => <Tile photo={photo} open={() => show(i)} />}
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

function Tile({ photo, open }: { photo: TestPhotoTileFragment; open: () => void }) {
  const { classLabel, predicted, right, confidence, thumbnailUrl, erased } = photo
  return (
    <PhotoTile url={thumbnailUrl} erased={erased} open={open}>
      <span className={classes.caption}>
        <Text span size="xs" truncate display="block">
          {classLabel}
        </Text>
        <Text span size="xs" c="dimmed" truncate display="block" className="figures">
          <span aria-hidden>{right ? '✓' : '→'}</span>
          <span className="unseen">{right ? 'named rightly' : 'taken for'}</span> {!right && predicted}{' '}
          {percent(confidence, 0)}
        </Text>
      </span>
    </PhotoTile>
  )
}

function factsOf(photo: TestPhotoTileFragment, run: string, baseline: string | undefined) {
  const { classLabel, predicted, confidence, labelProbability, baselinePredicted, contentHash, url, erased } = photo
  return (
    <Facts
      facts={{
        'It is': classLabel,
        [`${run} says`]: `${predicted}, ${percent(confidence)}`,
        [`${classLabel} has`]: predicted === classLabel ? undefined : percent(labelProbability),
        [`${baseline ?? 'Older'} says`]: baselinePredicted ?? undefined,
        'SHA-256': <code>{contentHash.slice(0, 16)}…</code>,
        Photo: erased ? undefined : (
          <a href={url} target="_blank" rel="noreferrer">
            As it came
          </a>
        ),
      }}
    />
  )
}
