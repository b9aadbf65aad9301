/** The photos in hand, in their order. */
import { UnstyledButton } from '@mantine/core'
import { useEffect, useRef } from 'react'
import type { Batch } from './batch.js'
import { Thumbnail } from '../photos/thumbnail.js'
import classes from './review.module.css'

export function Filmstrip({ batch: { photos, at }, look }: { batch: Batch; look: (at: number) => void }) {
  const strip = useRef<HTMLOListElement>(null)
  useEffect(() => {
    const place = strip.current?.children[at]
    if (place instanceof HTMLElement) strip.current?.scrollTo({ left: place.offsetLeft - 2 * place.offsetWidth })
  }, [at, photos])
  return (
    <ol ref={strip} className={classes.strip} aria-label="Photos in hand">
      {photos.map(({ id, thumbnailUrl, filename }, i) => (
        <li key={id}>
          <UnstyledButton
            className={classes.frame}
            aria-current={i === at || undefined}
            tabIndex={i === at ? 0 : -1}
            onClick={() => look(i)}
          >
            <Thumbnail url={thumbnailUrl} alt={`${i + 1} of ${photos.length}: ${filename}`} />
          </UnstyledButton>
        </li>
      ))}
    </ol>
  )
}
