/**
 * Photos wait here to be sent, two at a time. It lives beside the screens: whoever looks at another one meanwhile finds the answers
 * later. A line that breaks loses nothing: each photo is sent again under its own key until there is an answer, and counts once.
 */
import { ClassifyPhotoDocument } from '../generated/graphql.js'
import { backOrAfter, mayPass } from '../talk/again.js'
import type { Line } from '../talk/line.js'
import { randomId } from '../talk/random-id.js'
import { type Trouble, troubleOf } from '../talk/trouble.js'
import { fitForUpload } from './fit-for-upload.js'
import { isOpen, type SentPhoto } from './sent-photo.js'
import { uploadContext } from './upload-context.js'

const atOnce = 2
/** Answers that are kept to be looked at; what has none yet is kept whatever there is of it. */
const mostKept = 60
const firstWaitMs = 1_000
const longestWaitMs = 15_000
const unreadable: Trouble = {
  code: 'UNREADABLE',
  message: 'This is no file that can be read (any more). Choose it again.',
}

export class Sending {
  #photos: readonly SentPhoto[] = []
  readonly #listeners = new Set<() => void>()
  #line: Line
  #busy = 0

  constructor(line: Line) {
    this.#line = line
  }

  /** On another line of the same person: they were asked to sign in again. */
  goOn(line: Line): void {
    this.#line = line
    this.#next()
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
  /** Newest first. */
  readonly all = (): readonly SentPhoto[] => this.#photos

  add(files: readonly File[]): void {
    const added = files.map((file): SentPhoto => ({
      key: randomId(),
      name: file.name,
      url: URL.createObjectURL(file),
      file,
      state: 'waiting',
    }))
    let kept = 0
    this.#put([...added.toReversed(), ...this.#photos].filter((photo) => isOpen(photo) || kept++ < mostKept))
    this.#next()
  }

  /** Said once: whoever comes back from another screen is not asked again. */
  disputed(key: string, disputed: NonNullable<SentPhoto['disputed']>): void {
    this.#change(key, { disputed })
  }

  clear(): void {
    this.#put([])
  }

  #next(): void {
    while (this.#busy < atOnce && !this.#line.ended.aborted) {
      const photo = this.#photos.findLast(({ state }) => state === 'waiting')
      if (!photo) return
      this.#busy++
      this.#change(photo.key, { state: 'sending' })
      const given = { state: 'refused', trouble: unreadable } as const
      void this.#send(photo)
        .catch((error: unknown) => {
          // A browser that cannot do what it said it could: the others go on.
          console.error(error)
          this.#change(photo.key, given)
        })
        .finally(() => {
          this.#busy--
          this.#next()
        })
    }
  }

  /** Once. What has to be sent again waits beside, and others go first. */
  async #send({ key, file, tries = 0 }: SentPhoto): Promise<void> {
    // Deleted since, or a folder: the browser would call it a broken line. Of the beginning of such a file Chromium gives no bytes, and
    // no error: only whoever reads it whole is told.
    const isReadable = await file.arrayBuffer().then(
      ({ byteLength }) => byteLength > 0,
      () => false,
    )
    if (!isReadable) return this.#change(key, { state: 'refused', trouble: unreadable })
    const image = await fitForUpload(file)
    const asked = { image, idempotencyKey: key }
    const { data, error } = await this.#line.sender.mutation(ClassifyPhotoDocument, asked, uploadContext).toPromise()
    if (data) return this.#change(key, { file: image, state: 'answered', answer: data.classify, trouble: undefined })
    const trouble = troubleOf(error)
    if (!trouble || !mayPass(trouble)) return this.#change(key, { file: image, state: 'refused', trouble })
    this.#change(key, { file: image, state: 'again', trouble, tries: tries + 1 })
    void backOrAfter(Math.min(longestWaitMs, firstWaitMs * 2 ** tries), this.#line.ended).then(() => {
      this.#change(key, { state: 'waiting' })
      this.#next()
    })
  }

  #change(key: string, to: Partial<SentPhoto>): void {
    this.#put(this.#photos.map((photo) => (photo.key === key ? { ...photo, ...to } : photo)))
  }

  #put(photos: readonly SentPhoto[]): void {
    const urls = new Set(photos.map(({ url }) => url))
    for (const { url } of this.#photos) if (!urls.has(url)) URL.revokeObjectURL(url)
    this.#photos = photos
    for (const listener of this.#listeners) listener()
  }
}

let latest: { readonly who: string | null; readonly line: Line; readonly sending: Sending } | undefined

/** One person's: it goes on when they have signed in again. Another's photos are none of the next one's. */
export function sendingOf(line: Line, who: string | null): Sending {
  if (latest?.line === line) return latest.sending
  if (latest?.who !== who) latest?.sending.clear()
  const sending = latest?.who === who ? latest.sending : new Sending(line)
  sending.goOn(line)
  latest = { who, line, sending }
  return sending
}
