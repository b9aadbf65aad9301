import { fetchWithin } from '../talk/client.js'

/** For a photo of 10 MiB over a bad network. What takes longer is sent again. */
export const uploadContext = { fetch: fetchWithin(180_000) }
