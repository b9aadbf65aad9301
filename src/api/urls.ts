import type { ThumbnailSize } from '../photos/thumbnail.js'

/** Where `files.ts` serves what. Paths on this server: whatever host a client reached it by is the right one. */
export const photoUrl = (contentHash: string) => `/files/photos/${contentHash}`
export const thumbnailUrl = (contentHash: string, size: ThumbnailSize) =>
  `/files/thumbnails/${contentHash}${size === 'LARGE' ? '/large' : ''}`
export const artefactUrl = (runName: string, artefact: string) =>
  `/files/runs/${encodeURIComponent(runName)}/${encodeURIComponent(artefact)}`
