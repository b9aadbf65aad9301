/** `npm run screenshots`: what it needs, then tools/screenshots.ts. */
import { setUpForTests } from './setup.mjs'

await setUpForTests()
await import('tsx')
await import('./screenshots.ts')
