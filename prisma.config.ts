/** For the Prisma CLI alone (generate, migrate); a running WasteX does not read it. */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'prisma/config'

// Without it every command of the CLI would download a native engine.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= fileURLToPath(new URL('./tools/schema-engine.mjs', import.meta.url))

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  // `prisma generate` needs no server, yet wants an address.
  datasource: { url: process.env.DATABASE_URL ?? 'postgresql://unused@127.0.0.1:1/unused' },
})
