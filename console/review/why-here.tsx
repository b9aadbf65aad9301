/** Why a photo came to review, and when. */
import { List, Text } from '@mantine/core'
import type { BeforeFragment, ReviewPhotoFragment, ReviewReason } from '../generated/graphql.js'
import { Ago } from '../look/ago.js'
import { fixed, percent } from '../look/figures.js'
import { photoPurposes, splitNames } from '../versions/splits.js'

const sayings: Readonly<Record<ReviewReason, (photo: ReviewPhotoFragment) => string>> = {
  DISPUTED: ({ suggestedLabel, topPrediction }) =>
    `Somebody says that it is not “${topPrediction}”${suggestedLabel === null ? '' : ` but “${suggestedLabel}”`}.`,
  ENERGY: ({ energy }) => `No class is supported much: energy ${fixed(energy, 2)}.`,
  CONFIDENCE: ({ confidence }) => `Classes compete: before calibration the likeliest had ${percent(confidence, 0)}.`,
  NOVELTY: ({ novelty }) => `Unlike the training photos: novelty ${novelty === null ? 'unknown' : fixed(novelty, 0)}.`,
  SAMPLED: () => 'Taken at random, to look over what seems known.',
}

export const WhyHere = ({ photo }: { photo: ReviewPhotoFragment }) => (
  <div>
    {photo.activeEntry && <IsKnown entry={photo.activeEntry} />}
    <List size="sm" listStyleType="none" aria-label="Why it is here">
      {(Object.keys(sayings) as ReviewReason[])
        .filter((reason) => photo.reviewReasons.includes(reason))
        .map((reason) => (
          <List.Item key={reason}>{sayings[reason](photo)}</List.Item>
        ))}
    </List>
    <Text size="sm" c="dimmed">
      Came <Ago at={photo.createdAt} />
    </Text>
  </div>
)

/** Whoever names it otherwise changes what the network learns, or is judged by. */
const IsKnown = ({ entry: { classLabel, split, version } }: { entry: BeforeFragment }) => (
  <Text size="sm" mb={4}>
    {version.name} has it already, as <b>{classLabel}</b> ({splitNames[split]}: {photoPurposes[split]}). Another class
    replaces that in the next version.
  </Text>
)
