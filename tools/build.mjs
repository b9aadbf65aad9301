/** `npm run build`: dist/, and what it needs. */
import { setUp } from './setup.mjs'

await setUp(['packages', 'client', 'build'])
