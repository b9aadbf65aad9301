/** Where photos come in: dropped, pasted, chosen, or taken. */
import { Button, Group, Stack, Text } from '@mantine/core'
import { IconCamera, IconPhotoPlus } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import { Camera } from './camera.js'
import classes from './classify.module.css'

/** What the server takes; a phone turns its own formats into one of them because nothing else is asked for. */
const types = ['image/jpeg', 'image/png', 'image/webp']

interface DropPlaceProps {
  take: (files: File[]) => void
  /** There are answers to be looked at. */
  small: boolean
}

export function DropPlace({ take, small }: DropPlaceProps) {
  const input = useRef<HTMLInputElement>(null)
  const size = small ? 'xs' : 'sm'
  const [isOver, setOver] = useState(false)
  const [camera, setCamera] = useState(false)
  useEffect(() => {
    const paste = ({ clipboardData }: ClipboardEvent) => {
      const files = [...(clipboardData?.files ?? [])]
      if (files.length > 0) take(files)
    }
    const over = (event: DragEvent) => {
      event.preventDefault()
      setOver(true)
    }
    const leave = (event: DragEvent) => event.relatedTarget === null && setOver(false)
    const drop = (event: DragEvent) => {
      event.preventDefault()
      setOver(false)
      take([...(event.dataTransfer?.files ?? [])])
    }
    // Wherever it is dropped: a photo beside the place would take the page away and be shown by the browser.
    const stop = [on('paste', paste), on('dragover', over), on('dragleave', leave), on('drop', drop)]
    return () => stop.forEach((off) => off())
  }, [take])
  return (
    <section
      aria-label="Photos to classify"
      className={classes.drop}
      data-over={isOver || undefined}
      data-small={small || undefined}
    >
      <Stack align="center" gap="xs">
        <Text fw={600} className={classes.invitation}>
          Drop photos of waste here
        </Text>
        <Group gap="xs" justify="center">
          <Button size={size} leftSection={<IconPhotoPlus size={18} />} onClick={() => input.current?.click()}>
            Choose photos
          </Button>
          <Button size={size} variant="default" leftSection={<IconCamera size={18} />} onClick={() => setCamera(true)}>
            Take a photo
          </Button>
        </Group>
        <Text size="xs" c="dimmed" ta="center" className={classes.invitation}>
          JPEG, PNG or WebP. What the network knows is counted and forgotten; what it does not know is kept for an
          operator.
        </Text>
      </Stack>
      <input
        ref={input}
        type="file"
        accept={types.join(',')}
        multiple
        hidden
        aria-label="Choose photos"
        onChange={(event) => {
          take([...(event.currentTarget.files ?? [])])
          event.currentTarget.value = ''
        }}
      />
      {camera && (
        <Camera
          take={(file) => {
            setCamera(false)
            take([file])
          }}
          close={() => setCamera(false)}
        />
      )}
    </section>
  )
}

function on<Name extends keyof WindowEventMap>(
  name: Name,
  listener: (event: WindowEventMap[Name]) => void,
): () => void {
  addEventListener(name, listener)
  return () => removeEventListener(name, listener)
}
