/**
 * Photos wait here to be sent, two at a time. It lives beside the screens: whoever looks at another one meanwhile finds the answers
 * later. A line that breaks loses nothing: each photo is sent again under its own key until there is an answer, and counts once.
 */
import type { Client } from 'urql'
import { ClassifyPhotoDocument } from '../generated/graphql.js'
import { troubleOf } from '../talk/trouble.js'
import { fitForUpload } from './fit-for-upload.js'
import type { SentPhoto } from './sent-photo.js'

const atOnce = 2
/** Answers that are kept to be looked at. */
const mostKept = 60
const firstWaitMs = 1_000
const longestWaitMs = 15_000

export class Sending {
  private photos: readonly SentPhoto[] = []
  private readonly listeners = new Set<() => void>()
  private busy = 0

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
  /** Newest first. */
  readonly all = (): readonly SentPhoto[] => this.photos

  add(client: Client, files: readonly File[]): void {
    const added = files.map((file): SentPhoto => ({
      key: crypto.randomUUID(),
      name: file.name,
      url: URL.createObjectURL(file),
      file,
      state: 'waiting',
    }))
    const kept = [...added.toReversed(), ...this.photos]
    for (const { url } of kept.slice(mostKept)) URL.revokeObjectURL(url)
    this.put(kept.slice(0, mostKept))
    this.next(client)
  }

  clear(): void {
    for (const { url } of this.photos) URL.revokeObjectURL(url)
    this.put([])
  }

  private next(client: Client): void {
    while (this.busy < atOnce) {
      const photo = this.photos.findLast(({ state }) => state === 'waiting')
      if (!photo) return
      this.busy++
      this.change(photo.key, { state: 'sending' })
      void this.send(client, photo).finally(() => {
        this.busy--
        this.next(client)
      })
    }
  }

  private async send(client: Client, { key, file }: SentPhoto): Promise<void> {
    const image = await fitForUpload(file)
    this.change(key, { file: image })
    for (let wait = firstWaitMs; this.photos.some((photo) => photo.key === key); wait *= 2) {
      const { data, error } = await client.mutation(ClassifyPhotoDocument, { image, idempotencyKey: key }).toPromise()
      if (data) return this.change(key, { state: 'answered', answer: data.classify, trouble: undefined })
      const trouble = troubleOf(error)
      if (trouble?.code !== 'OFFLINE' && trouble?.code !== 'OVERLOADED')
        return this.change(key, { state: 'refused', trouble })
      this.change(key, { state: 'again', trouble })
      await backOrAfter(Math.min(wait, longestWaitMs))
    }
  }

  private change(key: string, to: Partial<SentPhoto>): void {
    this.put(this.photos.map((photo) => (photo.key === key ? { ...photo, ...to } : photo)))
  }

  private put(photos: readonly SentPhoto[]): void {
    this.photos = photos
    for (const listener of this.listeners) listener()
  }
}

/** Resolves after so long, or as soon as the browser says that its network is back. */
const backOrAfter = (ms: number) =>
  new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer)
      removeEventListener('online', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    addEventListener('online', done)
  })
