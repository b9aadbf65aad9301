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
  /** How often it was sent in vain. */
  readonly tries?: number
  /** Whoever sent it has said that the answer is wrong: an operator is to look, or has done so before. */
  readonly disputed?: 'waits' | 'reviewed'
}

/** It has no answer yet, and may get one. */
export const isOpen = ({ state }: SentPhoto): boolean => state !== 'answered' && state !== 'refused'
