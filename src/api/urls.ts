import type { Config } from '../config.js'
import type { ThumbnailSize } from '../photos/thumbnail.js'

type Base = Pick<Config, 'basePath'>

/**
 * Where `files.ts` serves what. Paths on this server, below the base path: whatever host a client reached it by is the right one.
 */
export const photoUrl = ({ basePath }: Base, contentHash: string) => `${basePath}/files/photos/${contentHash}`
export const thumbnailUrl = ({ basePath }: Base, contentHash: string, size: ThumbnailSize) =>
  `${basePath}/files/thumbnails/${contentHash}${size === 'LARGE' ? '/large' : ''}`
export const artefactUrl = ({ basePath }: Base, runName: string, artefact: string) =>
  `${basePath}/files/runs/${encodeURIComponent(runName)}/${encodeURIComponent(artefact)}`
