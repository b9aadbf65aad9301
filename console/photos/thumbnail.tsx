import { Center, Text } from '@mantine/core'
import { useLayoutEffect, useRef, useState } from 'react'
import classes from './photos.module.css'

interface ThumbnailProps {
  /** `thumbnailUrl`, or an object URL. */
  url: string
  /** What it shows, for whoever does not see it. */
  alt: string
  /** Whole, with room around it; else it fills its place. */
  whole?: boolean
  /** Do not wait until it comes into view. */
  eager?: boolean
}

/** A small copy of a photo, in the size of its place; in its stead a word when the photo is not there any more. */
export function Thumbnail({ url, alt, whole = false, eager = false }: ThumbnailProps) {
  const [goneUrl, setGoneUrl] = useState<string>()
  const image = useRef<HTMLImageElement>(null)
  // Whoever scrolls past photos that have not come yet does not wait for them. It is let go while it is in the page: Chromium keeps an
  // image for ever that is told to fetch nothing after it has left.
  useLayoutEffect(() => {
    const own = image.current
    if (!own) return
    own.src = url
    return () => own.removeAttribute('src')
  }, [url])
  if (goneUrl === url) {
    return (
      <Center className={classes.gone} role="img" aria-label={`${alt}: the photo is not there any more`}>
        <Text size="xs" c="dimmed">
          not there
        </Text>
      </Center>
    )
  }
  return (
    <img
      ref={image}
      className={whole ? classes.whole : classes.filling}
      alt={alt}
      loading={eager ? 'eager' : 'lazy'}
      decoding="async"
      draggable={false}
      onError={() => setGoneUrl(url)}
    />
  )
}
