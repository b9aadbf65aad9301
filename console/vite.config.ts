/** The console as files that the server sends: `dist/console`, made by `npm run build`. */
import react from '@vitejs/plugin-react'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { defineConfig, type Plugin } from 'vite'

/** Mantine's styles are one file for all of its parts, or one each, to be imported by hand: each part brings its own here. */
function stylesWithParts(): Plugin {
  const styles = path.dirname(createRequire(import.meta.url).resolve('@mantine/core/styles/global.css'))
  return {
    name: 'styles-with-parts',
    transform(code, id) {
      const [, part] = /@mantine\/core\/esm\/(?:components|utils)\/(?:.+\/)?(\w+)\.mjs$/.exec(id) ?? []
      if (!part || !existsSync(path.join(styles, `${part}.css`))) return null
      return { code: `import '@mantine/core/styles/${part}.css'\n${code}`, map: null }
    },
  }
}

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react(), stylesWithParts()],
  build: {
    target: 'es2022',
    outDir: '../dist/console',
    assetsDir: 'assets',
    // An address of its own for every file: nothing that the page's rules would have to let in.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  // While it is written: `npx vite console` beside a server at its usual place.
  server: {
    proxy: {
      '/graphql': { target: 'http://127.0.0.1:4000', ws: true },
      '/files': 'http://127.0.0.1:4000',
      '/session': 'http://127.0.0.1:4000',
    },
  },
})
