/** `npm run release-data`: a data folder as an earlier release leaves it (tools/release-data/make.ts). */
import { command } from './command.mjs'

const usage = `npm run release-data -- RELEASE FOLDER

Makes a data folder with the code of an earlier release, such as 0.1.0: a small model on drawn photos, a labelled photo, a token.
FOLDER must be new or empty; FOLDER/made.json says what is in it. The release's commit, which CHANGELOG.md names, has to be in
this clone's history.`

await command(
  { usage, positionals: [2, 2], needs: ['packages', 'client', 'tensorflow'] },
  async ({ positionals: [release, folder] }) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130))
    await import('tsx')
    const { makeReleaseData } = await import('./release-data/make.ts')
    try {
      await makeReleaseData(release, folder, console.log)
    } catch (error) {
      console.error(error.message)
      process.exitCode = 1
    }
  },
)
