/** A photo on its way to an answer. */
import type { ClassifyPhotoMutation } from '../generated/graphql.js'
import type { Trouble } from '../talk/trouble.js'

export type Answer = ClassifyPhotoMutation['classify']

export interface SentPhoto {
  /** Also what it is sent under: sent again, it counts once. */
  readonly key: string
  readonly name: string
  /** Of the file, for `<img>`. */
  readonly url: string
  /** As it is sent. */
  readonly file: File
  readonly state: 'waiting' | 'sending' | 'again' | 'answered' | 'refused'
  readonly answer?: Answer
  readonly trouble?: Trouble
}
