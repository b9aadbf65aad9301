/** A photo in a grid, with words below; opens it large. */
import { Text, UnstyledButton } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './photos.module.css'
import { Thumbnail } from './thumbnail.js'

interface PhotoTileProps {
  url: string
  erased: boolean
  open: () => void
  /** Below the photo: the tile's name, too. */
  children: ReactNode
}

export const PhotoTile = ({ url, erased, open, children }: PhotoTileProps) => (
  <UnstyledButton className={classes.tile} onClick={open}>
    <span className={classes.square}>
      {erased ? (
        <Text span size="xs" c="dimmed" className={classes.erased}>
          erased
        </Text>
      ) : (
        <Thumbnail url={url} alt="" />
      )}
    </span>
    {children}
  </UnstyledButton>
)
