/** The camera in the page; where a page may have none (plain HTTP from elsewhere), the phone's own. */
import { Alert, Button, FileButton, Modal, Stack } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import classes from './classify.module.css'

interface CameraProps {
  take: (photo: File) => void
  close: () => void
}

export function Camera({ take, close }: CameraProps) {
  const video = useRef<HTMLVideoElement>(null)
  const [trouble, setTrouble] = useState<string>()
  const [isSeen, setSeen] = useState(false)
  useEffect(() => {
    let stream: MediaStream | undefined
    let over = false
    void openCamera().then(
      (opened) => {
        stream = opened
        if (over) stop(opened)
        else if (video.current) video.current.srcObject = opened
      },
      (error: Error) => setTrouble(error.message),
    )
    return () => {
      over = true
      if (stream) stop(stream)
    }
  }, [])
  const shoot = async () => {
    const { current } = video
    if (!current) return
    const canvas = new OffscreenCanvas(current.videoWidth, current.videoHeight)
    canvas.getContext('2d')?.drawImage(current, 0, 0)
    const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.92 })
    take(
      new File([blob], `photo-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}.jpg`, { type: blob.type }),
    )
  }
  return (
    <Modal opened onClose={close} title="Take a photo" size="lg" centered>
      <Stack>
        {trouble ? (
          <Alert role="alert">{trouble}</Alert>
        ) : (
          // What it shows is what is in front of the camera: there is nothing to caption.
          // eslint-disable-next-line jsx-a11y/media-has-caption
          <video
            ref={video}
            className={classes.video}
            autoPlay
            playsInline
            muted
            onLoadedData={() => setSeen(true)}
            aria-label="What the camera sees"
          />
        )}
        {trouble ? (
          <FileButton accept="image/jpeg" capture="environment" onChange={(file) => file && take(file)}>
            {(props) => <Button {...props}>Take or choose a photo</Button>}
          </FileButton>
        ) : (
          <Button size="md" disabled={!isSeen} onClick={() => void shoot()}>
            Take it
          </Button>
        )}
      </Stack>
    </Modal>
  )
}

/** @throws Error with words for the person */
async function openCamera(): Promise<MediaStream> {
  // Browsers give it to pages over HTTPS, and to those of this machine.
  if (!('mediaDevices' in navigator)) throw new Error('A browser lets pages see its camera over HTTPS only.')
  return navigator.mediaDevices
    .getUserMedia({ video: { facingMode: 'environment', width: { ideal: 1920 } } })
    .catch((error: Error) => {
      throw new Error(
        error.name === 'NotAllowedError' ? 'This browser was told not to show its camera.' : 'There is no camera here.',
      )
    })
}

const stop = (stream: MediaStream) => stream.getTracks().forEach((track) => track.stop())
