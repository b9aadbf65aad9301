/** The table of docs/limits.md, from the constants that are in force. */
import { documentLimits } from '../../src/api/document-limits.js'
import { multipartLimits } from '../../src/api/multipart.js'
import { defaultPageSize, maxPageSize } from '../../src/api/page.js'
import { maxNesting } from '../../src/api/parse-json.js'
import { maxJsonBytes } from '../../src/api/request-rules.js'
import { httpLimits } from '../../src/api/server.js'
import { socketLimits } from '../../src/api/sockets.js'
import { timeLimits } from '../../src/api/time-limits.js'
import { readConfig } from '../../src/config.js'
import { lockLimits } from '../../src/db.js'
import { mailboxSize } from '../../src/events.js'
import { photoLimits } from '../../src/photos/limits.js'
import { maxWaiting } from '../../src/predictions/queue.js'

export interface Limit {
  readonly what: string
  readonly value: string
  /** The variable that changes it. */
  readonly setting?: string
  /** What a client gets. */
  readonly answer: string
  /** File below test/, and words of the sentence there. */
  readonly test: readonly [file: string, sentence: string]
}

const config = readConfig({})
const amount = (value: number) => value.toLocaleString('en')
const size = (bytes: number) => (bytes >= 2 ** 20 ? `${amount(bytes / 2 ** 20)} MiB` : `${amount(bytes / 2 ** 10)} KiB`)
const time = (ms: number) => `${amount(ms / 1_000)} s`

const decode = 'photos-decode.test.ts'
const pool = 'photos-decoding-pool.test.ts'
const uploads = 'api-uploads.test.ts'
const floods = 'api-floods.test.ts'
const cost = 'api-cost.test.ts'
const requests = 'api-requests.test.ts'
const locks = 'database-locks.test.ts'
const tooLarge = '`PAYLOAD_TOO_LARGE`'
const noPhoto = '`UNSUPPORTED_IMAGE`'
const bad = '`BAD_USER_INPUT`'
const full = '`OVERLOADED`, `retryAfterMs`'

export const limits: Readonly<Record<string, readonly Limit[]>> = {
  Photos: [
    { what: 'bytes', value: size(photoLimits.bytes), answer: tooLarge, test: [decode, 'too many bytes'] },
    { what: 'pixels', value: amount(photoLimits.pixels), answer: tooLarge, test: [decode, 'too many pixels'] },
    {
      what: 'longest side',
      value: `${amount(photoLimits.maxSide)} pixels`,
      answer: tooLarge,
      test: [decode, 'sides too long'],
    },
    {
      what: 'shortest side',
      value: `${photoLimits.minSide} pixels`,
      answer: noPhoto,
      test: [decode, 'too few pixels'],
    },
    { what: 'types', value: 'JPEG, PNG, WebP', answer: noPhoto, test: [decode, 'other formats, by their bytes'] },
    { what: 'time to decode', value: time(photoLimits.decodeMs), answer: noPhoto, test: [pool, 'takes too long'] },
    {
      what: 'photos decoded at once, by the server',
      value: 'the cores, at most 2',
      answer: 'waits',
      test: [pool, 'so many at once'],
    },
    { what: 'photos decoded at once, by a training', value: '1', answer: 'waits', test: [pool, 'so many at once'] },
    {
      what: 'photos from phones that wait to be decoded',
      value: amount(photoLimits.waiting),
      answer: full,
      test: [pool, 'too many wait'],
    },
    {
      what: 'photos that wait for the network',
      value: amount(maxWaiting),
      answer: full,
      test: ['predictions-queue.test.ts', 'refused beyond the queue'],
    },
  ],
  Requests: [
    { what: 'JSON body', value: size(maxJsonBytes), answer: tooLarge, test: [requests, 'JSON body above 1 MiB'] },
    {
      what: 'objects and lists within each other',
      value: amount(maxNesting),
      answer: bad,
      test: [uploads, 'nested too deeply'],
    },
    {
      what: 'multipart body',
      value: size(multipartLimits.bytes),
      answer: tooLarge,
      test: [uploads, 'become too large'],
    },
    {
      what: 'files',
      value: amount(multipartLimits.files),
      answer: bad,
      test: ['api-multipart.test.ts', 'eight files and no more'],
    },
    {
      what: 'entries of `map`',
      value: amount(multipartLimits.mapEntries),
      answer: bad,
      test: [uploads, 'sixteen places'],
    },
    {
      what: 'places of a file (the specification allows more)',
      value: '1',
      answer: bad,
      test: ['api-multipart.test.ts', 'a file in two places'],
    },
    {
      what: 'uploads in hand',
      value: amount(multipartLimits.inHand),
      answer: full,
      test: [uploads, 'refused from the head on'],
    },
    {
      what: 'bytes of uploads in hand',
      value: size(multipartLimits.bytesInHand),
      answer: full,
      test: [uploads, 'counts what was declared'],
    },
    { what: 'operations a request', value: '1', answer: bad, test: [requests, 'a batch'] },
    {
      what: 'head of a request',
      value: size(httpLimits.headerBytes),
      answer: '431',
      test: [floods, 'too long are answered 431'],
    },
    { what: 'time for the head', value: time(httpLimits.headersMs), answer: '408', test: [floods, 'a byte at a time'] },
    {
      what: 'time for the whole request',
      value: time(httpLimits.requestMs),
      answer: '408',
      test: ['limits.test.ts', 'are those of the server'],
    },
    {
      what: 'time between two requests of a connection',
      value: time(httpLimits.keepAliveMs),
      answer: 'closed',
      test: ['limits.test.ts', 'are those of the server'],
    },
    {
      what: 'connections',
      value: amount(config.maxConnections),
      setting: 'WASTEX_CONNECTIONS',
      answer: 'closed',
      test: [floods, 'hung up on'],
    },
    {
      what: 'time for requests in hand when the server stops',
      value: time(httpLimits.graceMs),
      answer: 'closed',
      test: ['api-sockets.test.ts', 'does not wait for those who stall'],
    },
    {
      what: 'origins of web pages',
      value: 'its own',
      setting: 'WASTEX_ORIGINS',
      answer: '`FORBIDDEN`',
      test: ['api-origins.test.ts', 'is not invited'],
    },
  ],
  Operations: [
    {
      what: 'tokens',
      value: amount(documentLimits.tokens),
      answer: '`GRAPHQL_PARSE_FAILED`',
      test: [requests, 'is bounded: depth'],
    },
    { what: 'depth', value: amount(documentLimits.depth), answer: bad, test: [requests, 'is bounded: depth'] },
    { what: 'fields', value: amount(documentLimits.fields), answer: bad, test: [requests, 'as often as it is spread'] },
    {
      what: 'aliases, of `__typename` too',
      value: amount(documentLimits.aliases),
      answer: bad,
      test: [cost, 'aliases of __typename count'],
    },
    {
      what: 'directives',
      value: amount(documentLimits.directives),
      answer: bad,
      test: [requests, 'is bounded: depth'],
    },
    {
      what: 'cost',
      value: amount(documentLimits.cost),
      answer: `${bad}, \`cost\`, \`limit\``,
      test: [cost, 'costs the product of both'],
    },
    {
      what: 'rows of a page',
      value: `${maxPageSize}, ${defaultPageSize} where none is asked for`,
      answer: 'cut to that',
      test: ['api-pages.test.ts', 'a hundred at most'],
    },
    {
      what: 'time of a query',
      value: time(config.queryMs),
      setting: 'WASTEX_QUERY_SECONDS',
      answer: '`TIMED_OUT`',
      test: [cost, 'takes too long is given up'],
    },
    {
      what: 'time of a mutation that classifies',
      value: time(timeLimits.classifyMs),
      answer: '`TIMED_OUT`',
      test: ['api-time-limits.test.ts', 'classify'],
    },
    {
      what: 'time of another mutation, `importDataset` excepted',
      value: time(timeLimits.mutationMs),
      answer: '`TIMED_OUT`',
      test: ['api-time-limits.test.ts', 'an import has none'],
    },
    {
      what: 'time that a change waits for what another one holds',
      value: time(lockLimits.waitMs),
      answer: '`TIMED_OUT`',
      test: [locks, 'held for too long by another'],
    },
    {
      what: 'the same, where versions are made or activated',
      value: time(lockLimits.versionsMs),
      answer: '`TIMED_OUT`',
      test: [locks, 'longer ones where versions are made'],
    },
    {
      what: 'time that a transaction may do nothing',
      value: time(lockLimits.idleMs),
      answer: 'undone',
      test: [locks, 'does nothing for too long'],
    },
  ],
  Sockets: [
    {
      what: 'bytes of a message',
      value: size(socketLimits.messageBytes),
      answer: 'closed, 1009',
      test: ['api-sockets.test.ts', 'more than 64 KiB'],
    },
    {
      what: 'time to `connection_init`',
      value: time(socketLimits.initMs),
      answer: 'closed, 4408',
      test: ['api-sockets.test.ts', 'does not introduce itself'],
    },
    {
      what: 'between pings',
      value: time(socketLimits.pingMs),
      answer: 'closed',
      test: [floods, 'is let go; the others hear everything'],
    },
    {
      what: 'operations at once',
      value: amount(socketLimits.operations),
      answer: bad,
      test: [floods, 'have so many operations each'],
    },
    {
      what: 'sockets',
      value: amount(config.maxSockets),
      setting: 'WASTEX_SOCKETS',
      answer: '503',
      test: [floods, 'are so many in all'],
    },
    {
      what: 'sockets of an address other than this machine',
      value: amount(config.maxSocketsPerAddress),
      setting: 'WASTEX_SOCKETS_PER_ADDRESS',
      answer: '503',
      test: [floods, 'of one address are fewer'],
    },
    {
      what: 'proxies whose X-Forwarded-For is believed',
      value: amount(config.trustedProxies),
      setting: 'WASTEX_TRUST_PROXY',
      answer: '',
      test: [floods, 'only a trusted proxy says'],
    },
    {
      what: 'time that a client reads nothing',
      value: time(socketLimits.stalledMs),
      answer: 'closed; back with `after`',
      test: [floods, 'is let go; the others hear everything'],
    },
    {
      what: 'unsent bytes',
      value: size(socketLimits.unsentBytes),
      answer: 'closed',
      test: ['api-stalled-sockets.test.ts', 'too much is unsent'],
    },
    {
      what: 'messages that a subscriber of news may be behind',
      value: amount(mailboxSize),
      answer: 'the stream ends',
      test: ['events.test.ts', 'falls a mailbox behind'],
    },
    {
      what: 'time to close when the server stops',
      value: time(socketLimits.goodbyeMs),
      answer: 'closed',
      test: ['api-sockets.test.ts', 'does not wait for those who stall'],
    },
  ],
}

export const limitsSection = (): string =>
  Object.entries(limits)
    .map(([title, rows]) => {
      const lines = rows.map(
        ({ what, value, setting, answer, test: [file, sentence] }) =>
          `| ${what} | ${value} | ${setting ? `\`${setting}\`` : ''} | ${answer} | \`${file}\`: ${sentence} |`,
      )
      return [
        `### ${title}`,
        '',
        '| limit | default | setting | beyond it | test |',
        '|---|---|---|---|---|',
        ...lines,
      ].join('\n')
    })
    .join('\n\n')
