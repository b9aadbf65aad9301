/** The photo that is looked at, large; those that follow are fetched and decoded by then. */
import { Anchor, Group, Text } from '@mantine/core'
import { useEffect, useRef } from 'react'
import type { ReviewPhotoFragment } from '../generated/graphql.js'
import { Thumbnail } from '../photos/thumbnail.js'
import classes from './review.module.css'

interface PhotoViewProps {
  photo: ReviewPhotoFragment
  next: readonly ReviewPhotoFragment[]
}

export function PhotoView({ photo, next }: PhotoViewProps) {
  useFetched(next.map(({ largeUrl }) => largeUrl))
  return (
    <figure className={classes.figure}>
      <div className={classes.photo}>
        {/* Another photo is another element: the last one never stands in for one that is still on its way. */}
        <Thumbnail key={photo.id} url={photo.largeUrl} alt={`Photo to review: ${photo.filename}`} whole eager />
      </div>
      <Group component="figcaption" className={classes.caption} justify="space-between" gap="xs" wrap="nowrap">
        <Text size="sm" c="dimmed" truncate title={photo.filename}>
          {photo.filename}
        </Text>
        <Anchor size="sm" href={photo.url} target="_blank" rel="noreferrer" style={{ flexShrink: 0 }}>
          As it came
        </Anchor>
      </Group>
    </figure>
  )
}

/** Held for as long as they may come next: the browser shows what it still has without asking. */
function useFetched(urls: readonly string[]): void {
  const held = useRef(new Map<string, HTMLImageElement>())
  const key = urls.join(' ')
  useEffect(() => {
    const before = held.current
    held.current = new Map(
      key
        .split(' ')
        .filter(Boolean)
        .map((url) => [url, before.get(url) ?? fetched(url)]),
    )
  }, [key])
}

function fetched(url: string): HTMLImageElement {
  const image = new Image()
  image.src = url
  image.decode().catch(() => {
    // Whoever shows it says so.
  })
  return image
}
