/** Where a bench works, and on what. */
export interface Place {
  /** All that is written is below it. */
  readonly folder: string
  /** A folder with a folder of photos for each class; undefined: they are drawn. */
  readonly photos: string | undefined
  readonly say: (line: string) => void
}
