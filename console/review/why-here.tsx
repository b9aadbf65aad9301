/** Why a photo came to review, and when. */
import { List, Text } from '@mantine/core'
import type { ReviewPhotoFragment, ReviewReason } from '../generated/graphql.js'
import { ago, fixed, moment, percent } from '../look/figures.js'

const sayings: Readonly<Record<ReviewReason, (photo: ReviewPhotoFragment) => string>> = {
  DISPUTED: ({ suggestedLabel, topPrediction }) =>
    `Somebody says that it is not “${topPrediction}”${suggestedLabel === null ? '' : ` but “${suggestedLabel}”`}.`,
  ENERGY: ({ energy }) => `No class is supported much: energy ${fixed(energy, 2)}.`,
  CONFIDENCE: ({ confidence }) => `Classes compete: the likeliest has ${percent(confidence, 0)}.`,
  NOVELTY: ({ novelty }) => `Unlike the training photos: novelty ${novelty === null ? 'unknown' : fixed(novelty, 0)}.`,
  SAMPLED: () => 'Taken at random, to look over what seems known.',
}

export const WhyHere = ({ photo }: { photo: ReviewPhotoFragment }) => (
  <div>
    <List size="sm" listStyleType="none" aria-label="Why it is here">
      {(Object.keys(sayings) as ReviewReason[])
        .filter((reason) => photo.reviewReasons.includes(reason))
        .map((reason) => (
          <List.Item key={reason}>{sayings[reason](photo)}</List.Item>
        ))}
    </List>
    <Text size="sm" c="dimmed" title={moment(photo.createdAt)}>
      Came {ago(photo.createdAt)}
    </Text>
  </div>
)
