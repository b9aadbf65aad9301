/** What a backup is made of, and what it says of itself. */
import { z } from 'zod'

/** Its first file: by this it is known for a backup that can be restored here. */
export const headFile = 'backup.json'
/** Its last one: a backup that is cut has none. */
export const contentsFile = 'contents.json'

export const Head = z.object({
  format: z.literal(2),
  at: z.iso.datetime(),
  /** Which release of WasteX made it; release 0.1.0 did not say. */
  release: z.string().optional(),
  /** Names and checksums of the migrations that made its database. */
  schema: z.array(z.string()),
})
export type Head = z.infer<typeof Head>

export const Contents = z.object({
  /** Rows by table. */
  rows: z.record(z.string(), z.number().int()),
  photos: z.number().int(),
  /** Names of runs whose folders are in it. */
  models: z.array(z.string()),
  /** Went while it was made, rightly: they do not come back, though its database still knows them as they were. */
  gone: z.object({
    /** Content hashes of photos that were erased. */
    photos: z.array(z.string()),
    /** Names of runs that were pruned. */
    runs: z.array(z.string()),
  }),
  /** What is missing in it or is not what it should be, a line each: it was so before. */
  faults: z.array(z.string()),
  /** SHA-256 of every other file in it, by name. */
  files: z.record(z.string(), z.string()),
})
export type Contents = z.infer<typeof Contents>

export const tableFile = (table: string) => `tables/${table}.jsonl`
/** @param folder its name, as it is in the models folder */
export const modelFile = (folder: string, name: string) => `models/${folder}/${name}`
export const photoPrefix = 'photos/'

interface NamedPhoto {
  readonly root: string
  readonly path: string
  readonly contentHash: string
}

/**
 * Where a photo lies in a backup and, below `uploads`, after it is restored: one that came in where it lay, an imported one under its
 * content hash, without an ending, where no photo that comes in is ever put.
 */
export const placeInBackup = ({ root, path, contentHash }: NamedPhoto, uploadsRoot: string): string =>
  root === uploadsRoot ? path : `${contentHash.slice(0, 2)}/${contentHash}`
