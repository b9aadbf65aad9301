/** docs/limits.md says what is in force, and which test holds each limit. */
import { readFile } from 'node:fs/promises'
import http from 'node:http'
import path from 'node:path'
import { expect, it, vi } from 'vitest'
import { httpLimits } from '../src/api/server.js'
import { decodesAtOnce } from '../src/photos/limits.js'
import { limits, limitsSection } from './support/limits-table.js'
import { startTestServer } from './support/server.js'

const root = path.resolve(import.meta.dirname, '..')

it('the table of limits is that of the constants (else: npx tsx tools/write-limits.ts)', async () => {
  const text = await readFile(path.join(root, 'docs', 'limits.md'), 'utf8')
  const [, section = ''] = /<!-- limits:begin -->\n([^]*)<!-- limits:end -->/.exec(text) ?? []
  expect(section).toContain(limitsSection())
})

it.each(Object.values(limits).flat())(
  '$what: the test that is named has that sentence',
  async ({ test: [file, sentence] }) => {
    expect(await readFile(path.join(root, 'test', file), 'utf8')).toContain(sentence)
  },
)

it('every setting of a limit is in the README', async () => {
  const readme = await readFile(path.join(root, 'README.md'), 'utf8')
  const settings = Object.values(limits).flatMap((rows) => rows.flatMap(({ setting }) => setting ?? []))
  expect(settings.filter((setting) => !readme.includes(`\`${setting}\``))).toEqual([])
})

it('at least one of libuv’s threads is left for files', () => {
  expect(decodesAtOnce.serving + decodesAtOnce.training).toBeLessThan(Number(process.env['UV_THREADPOOL_SIZE'] ?? 4))
})

it('the times of connections are those of the server', async () => {
  const made = vi.spyOn(http, 'createServer')
  const server = await startTestServer()
  expect(made.mock.results[0]?.value).toMatchObject({
    headersTimeout: httpLimits.headersMs,
    requestTimeout: httpLimits.requestMs,
    keepAliveTimeout: httpLimits.keepAliveMs,
  })
  await server.close()
})
