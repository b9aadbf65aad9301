/** What was said of one test photo: in short below it, and all of it beside it. */
import { Anchor, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import type { TestPhotoTileFragment } from '../generated/graphql.js'
import { percent } from '../look/figures.js'
import { Facts } from '../photos/facts.js'
import { PhotoTile } from '../photos/photo-tile.js'
import classes from './evaluation.module.css'

interface TileProps {
  photo: TestPhotoTileFragment
  /** The model that served; undefined: nothing was compared. */
  baseline: string | undefined
  open: () => void
}

/** Its class and what that got of the probability, the class that got most, and what the older model said. */
export function Tile({ photo, baseline, open }: TileProps) {
  const { classLabel, predicted, right, confidence, labelProbability, baselinePredicted, thumbnailUrl, erased } = photo
  return (
    <PhotoTile url={thumbnailUrl} erased={erased} open={open}>
      <span className={classes.caption}>
        <Line name={classLabel} figure={percent(labelProbability, 0)} />
        {right ? (
          <Line dimmed sign="✓" said="named rightly" />
        ) : (
          <Line dimmed sign="→" said="taken for" name={predicted} figure={percent(confidence, 0)} />
        )}
        {baseline && (
          <Line
            dimmed
            name={baselinePredicted === null ? `not shown to ${baseline}` : `${baseline}: ${baselinePredicted}`}
          />
        )}
      </span>
    </PhotoTile>
  )
}

interface LineProps {
  /** Seen only. */
  sign?: string
  /** Heard in its stead. */
  said?: string
  name?: string
  figure?: string
  dimmed?: boolean
}

const Line = ({ sign, said, name, figure, dimmed = false }: LineProps) => (
  <Text span size="xs" c={dimmed ? 'dimmed' : undefined} className={`figures ${classes.line}`}>
    <span className={classes.name}>
      {sign && <span aria-hidden>{sign} </span>}
      {said && <span className={name ? 'unseen' : undefined}>{said} </span>}
      {name}
    </span>
    {figure && <span>{figure}</span>}
  </Text>
)

export function factsOf(photo: TestPhotoTileFragment, run: string, baseline: string | undefined): ReactNode {
  const { classLabel, predicted, confidence, labelProbability, baselinePredicted } = photo
  const { filename, contentHash, url, erased } = photo
  return (
    <Facts
      facts={{
        'It is': classLabel,
        [`${run} says`]: `${predicted}, ${percent(confidence)} (softmax)`,
        [`${classLabel} has`]: predicted === classLabel ? undefined : percent(labelProbability),
        [`${baseline ?? 'Older'} says`]: baselinePredicted ?? undefined,
        File: filename,
        'SHA-256': <code>{contentHash.slice(0, 16)}…</code>,
        Photo: erased ? undefined : (
          <Anchor href={url} target="_blank" rel="noreferrer" inherit underline="always">
            As it came
          </Anchor>
        ),
      }}
    />
  )
}
