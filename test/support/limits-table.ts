/** The table of docs/limits.md, from the constants that are in force. */
import { signInLimits } from '../../src/access/look-up.js'
import { longestTokenName, mostTokenDays } from '../../src/access/tokens.js'
import { reserveShare } from '../../src/api/connections.js'
import { maxCachedCharacters } from '../../src/api/document-cache.js'
import { documentLimits } from '../../src/api/document-limits.js'
import { multipartLimits } from '../../src/api/multipart.js'
import { longestKey } from '../../src/api/once.js'
import { defaultPageSize, maxPageSize } from '../../src/api/page.js'
import { maxNesting } from '../../src/api/parse-json.js'
import { maxJsonBytes } from '../../src/api/request-rules.js'
import { mostPhotos } from '../../src/api/schema/review-mutations.js'
import { mostDays } from '../../src/api/schema/classified-by-hour.js'
import { httpLimits } from '../../src/api/server.js'
import { maxSessionBytes } from '../../src/api/session.js'
import { socketLimits } from '../../src/api/sockets.js'
import { timeLimits } from '../../src/api/time-limits.js'
import { mostWaitingForTurn } from '../../src/api/turn.js'
import { readConfig } from '../../src/config.js'
import { lockLimits } from '../../src/db.js'
import { mailboxSize } from '../../src/events.js'
import { photoLimits } from '../../src/photos/limits.js'
import { maxWaiting } from '../../src/predictions/queue.js'
import { classLimits } from '../../src/reviews/classes.js'
import { claimLimits } from '../../src/reviews/claims.js'
import { longestName } from '../../src/reviews/class-name.js'
import { longestFilename } from '../../src/photos/filename.js'
import { mostClasses } from '../../src/versions/dataset-folder.js'
import { longestNotes } from '../../src/versions/notes.js'

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
const characters = (count: number) => `${amount(count)} characters`
const time = (ms: number) => `${amount(ms / 1_000)} s`

const decode = 'photos-decode.test.ts'
const pool = 'photos-decoding-pool.test.ts'
const uploads = 'api-uploads.test.ts'
const floods = 'api-floods.test.ts'
const connections = 'api-connections.test.ts'
const cost = 'api-cost.test.ts'
const requests = 'api-requests.test.ts'
const signIn = 'access-sign-in.test.ts'
const lookUp = 'access-look-up.test.ts'
const locks = 'database-locks.test.ts'
const claims = 'reviews-claims.test.ts'
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
    {
      what: 'photos decoded at once, by a training',
      value: '1',
      answer: 'waits',
      test: ['limits.test.ts', 'a training decodes so few photos at once'],
    },
    {
      what: 'photos from phones that wait to be decoded',
      value: amount(photoLimits.waiting),
      answer: full,
      test: [pool, 'too many wait'],
    },
    {
      what: 'small copies that wait to be made',
      value: amount(photoLimits.picturesWaiting),
      answer: '503, `Retry-After`',
      test: [pool, 'refused to small copies when many of them wait'],
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
      what: 'uses of an `Upload` variable in an operation (the specification allows more)',
      value: '1',
      answer: bad,
      test: ['api-multipart.test.ts', 'a file that stands in several places of its operation'],
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
    {
      what: 'of both, of one token',
      value: `${multipartLimits.shareOfToken * 100} %`,
      answer: full,
      test: [uploads, 'has a quarter of the room'],
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
      test: [uploads, 'takes too long is told so'],
    },
    {
      what: 'time that a client takes nothing of an answer, a file, a stream or a socket',
      value: time(httpLimits.stalledMs),
      answer: 'closed; a stream comes back with `after`',
      test: [floods, 'is let go; the others hear everything'],
    },
    {
      what: 'requests that wait for the one before them on their connection',
      value: amount(mostWaitingForTurn),
      answer: 'closed',
      test: [floods, 'are so many: one more, and it is closed'],
    },
    {
      what: 'time between two requests of a connection',
      value: time(httpLimits.keepAliveMs),
      answer: 'closed',
      test: ['limits.test.ts', 'time between two requests'],
    },
    {
      what: 'bytes that one token uploads in an hour',
      value: `${amount(config.uploadQuotaBytes / 2 ** 30)} GiB`,
      setting: 'WASTEX_UPLOAD_QUOTA_GB',
      answer: full,
      test: [uploads, 'has uploaded its share of the hour'],
    },
    {
      what: 'bytes that stay free on the disk of `WASTEX_DATA`: with less, no photos are taken',
      value: `${amount(config.diskReserveBytes / 2 ** 30)} GiB`,
      setting: 'WASTEX_DISK_RESERVE',
      answer: '`STORAGE_FULL`, `retryAfterMs`',
      test: [uploads, 'while the disk has less than its reserve'],
    },
    {
      what: 'connections',
      value: amount(config.maxConnections),
      setting: 'WASTEX_CONNECTIONS',
      answer: 'the one that is idle for longest, of the address that has most, is closed',
      test: [connections, 'gives way to an address that has few'],
    },
    {
      what: 'of them, of one address (behind proxies: all)',
      value: amount(config.maxConnectionsPerAddress),
      setting: 'WASTEX_CONNECTIONS_PER_ADDRESS',
      answer: `${full}; operators are let in on the reserve`,
      test: [connections, 'has its share of the connections'],
    },
    {
      what: 'of them, on the reserve for operators, `/ready` and `/health`',
      value: `${reserveShare * 100} %`,
      answer: 'the one that is idle for longest is closed',
      test: [connections, 'its operators are let in'],
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
    {
      what: '`Idempotency-Key`',
      value: characters(longestKey),
      answer: bad,
      test: ['once.test.ts', 'under a key that is too long'],
    },
    {
      what: 'time that the answer under an `Idempotency-Key` is kept',
      value: `${config.idempotencyHours} hours`,
      setting: 'WASTEX_IDEMPOTENCY_HOURS',
      answer: 'done again',
      test: ['once.test.ts', 'keys are kept for a day'],
    },
  ],
  Operations: [
    {
      what: 'characters of the document',
      value: amount(documentLimits.characters),
      answer: bad,
      test: [cost, 'so many characters at most'],
    },
    {
      what: 'tokens of the document',
      value: amount(documentLimits.tokens),
      answer: '`GRAPHQL_PARSE_FAILED`',
      test: [requests, 'more tokens than are taken'],
    },
    {
      what: 'fields of the document, each where it is written',
      value: amount(documentLimits.fieldsWritten),
      answer: bad,
      test: [cost, 'so many fields at most'],
    },
    {
      what: 'characters of the documents that are kept parsed',
      value: amount(maxCachedCharacters),
      answer: 'parsed again',
      test: [cost, 'kept, parsed, for whoever sends it again'],
    },
    {
      what: 'depth',
      value: amount(documentLimits.depth),
      answer: bad,
      test: [requests, 'more fields within fields than are taken'],
    },
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
      test: [requests, 'more directives than are taken'],
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
      what: 'days of `classifiedByHour`',
      value: amount(mostDays),
      answer: bad,
      test: [requests, 'more days than are told by the hour'],
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
      test: ['api-time-limits.test.ts', 'classify has its own'],
    },
    {
      what: 'time of another mutation, `importDataset` excepted',
      value: time(timeLimits.mutationMs),
      answer: '`TIMED_OUT`',
      test: ['api-time-limits.test.ts', 'another mutation has more'],
    },
    {
      what: 'photos labelled at once',
      value: amount(mostPhotos),
      answer: bad,
      test: [requests, 'more photos than are labelled at once'],
    },
    {
      what: 'photos claimed or let go at once, by their ids',
      value: amount(mostPhotos),
      answer: bad,
      test: [claims, 'takes and lets go of so many photos'],
    },
    {
      what: 'photos that a desk is given at once (`claimNext`)',
      value: amount(claimLimits.next),
      answer: 'cut to that',
      test: [claims, 'fifty photos at a time'],
    },
    {
      what: 'photos that one token has in hand, at all its desks',
      value: amount(claimLimits.ofToken),
      answer: full,
      test: [claims, 'has so many photos in hand and no more'],
    },
    {
      what: 'classes that one token introduces in an hour',
      value: amount(classLimits.ofTokenAnHour),
      answer: full,
      test: ['reviews-classes.test.ts', 'introduces so many an hour'],
    },
    {
      what: 'time that a claim is good for, unless it is asked for again',
      value: time(claimLimits.leaseMs),
      answer: 'the photo is free',
      test: [claims, 'did not ask for again in time'],
    },
  ],
  Texts: [
    {
      what: 'name of a class or a version',
      value: characters(longestName),
      answer: bad,
      test: ['reviews-queue.test.ts', 'names that make no sense'],
    },
    {
      what: 'name of a desk',
      value: characters(claimLimits.desk),
      answer: bad,
      test: [claims, 'has a name that is not too long'],
    },
    {
      what: 'name of a token',
      value: characters(longestTokenName),
      answer: bad,
      test: ['access-sign-in.test.ts', 'a name that is too long'],
    },
    {
      what: 'time that a token is made for',
      value: `${amount(mostTokenDays)} days`,
      answer: bad,
      test: ['access-sign-in.test.ts', 'for so many days'],
    },
    {
      what: 'file name of a photo',
      value: characters(longestFilename),
      answer: 'cut to its end',
      test: ['reviews-queue.test.ts', 'has a plain file name'],
    },
    {
      what: 'notes of a version',
      value: characters(longestNotes),
      answer: bad,
      test: ['versions-create.test.ts', 'notes that are too long'],
    },
    {
      what: 'class folders that an import names',
      value: amount(mostClasses),
      answer: bad,
      test: ['versions-import.test.ts', 'more class folders than may be named'],
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
      test: ['limits.test.ts', 'answers no ping'],
    },
    {
      what: 'operations at once',
      value: amount(socketLimits.operations),
      answer: bad,
      test: [floods, 'have so many operations each'],
    },
    {
      what: 'an id of an operation again, before that one has ended',
      value: '0',
      answer: 'closed, 4409',
      test: [floods, 'are closed when an id is taken again'],
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
      what: 'unsent bytes',
      value: size(socketLimits.unsentBytes),
      answer: 'closed',
      test: [floods, 'asks for more than it takes'],
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
      test: ['api-sockets.test.ts', 'closes sockets with 1001'],
    },
  ],
  'Signing in': [
    {
      what: 'no token, or one that is unknown or revoked',
      value: '',
      answer: '`UNAUTHENTICATED` 401; a socket is closed, 4401',
      test: [signIn, 'says how to sign in'],
    },
    {
      what: 'a token of too small a role',
      value: '',
      answer: '`FORBIDDEN` 403, `needs`',
      test: ['access-roles.test.ts', 'over HTTP'],
    },
    {
      what: 'another address than the loopback, without a live token for an admin',
      value: 'none',
      setting: 'HOST',
      answer: 'does not start',
      test: ['access-host.test.ts', 'does not start before there is a token for an admin'],
    },
    {
      what: 'trusted proxies, without a live token for an admin',
      value: amount(config.trustedProxies),
      setting: 'WASTEX_TRUST_PROXY',
      answer: 'does not start',
      test: ['access-proxy.test.ts', 'does not start before there is a token for an admin'],
    },
    {
      what: 'wrong tokens (of 256 random bits: nobody counts them)',
      value: 'any number',
      answer: '`UNAUTHENTICATED` 401',
      test: [signIn, 'shuts out nobody else'],
    },
    {
      what: 'tokens looked up at once',
      value: amount(signInLimits.lookUps),
      answer: 'waits',
      test: [lookUp, 'a few at a time'],
    },
    {
      what: 'requests that wait for that',
      value: amount(signInLimits.waiting),
      answer: full,
      test: [lookUp, 'too many wait'],
    },
    {
      what: 'answers about tokens that are remembered',
      value: amount(signInLimits.remembered),
      answer: 'looked up again',
      test: [lookUp, 'the oldest is forgotten'],
    },
    {
      what: 'how long: a revoked token is good for so much longer when the message of it is lost',
      value: time(signInLimits.rememberMs),
      answer: '`UNAUTHENTICATED` 401',
      test: [lookUp, 'for a few seconds'],
    },
    {
      what: 'how long its sockets and streams stay open then',
      value: time(signInLimits.recheckMs),
      answer: 'closed, 4401; the stream ends',
      test: ['access-revoked.test.ts', 'is seen within half a minute'],
    },
    {
      what: 'body of a request to `/session`',
      value: size(maxSessionBytes),
      answer: '`UNAUTHENTICATED` 401',
      test: ['access-session.test.ts', 'too much'],
    },
    {
      what: 'GraphiQL',
      value: 'on for this machine alone, else off',
      setting: 'WASTEX_GRAPHIQL',
      answer: '404',
      test: ['access-introspection.test.ts', 'a browser gets no GraphiQL'],
    },
    {
      what: 'introspection',
      value: 'on for this machine alone, else off',
      setting: 'WASTEX_INTROSPECTION',
      answer: '`GRAPHQL_VALIDATION_FAILED`',
      test: ['access-introspection.test.ts', 'the schema is not told'],
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
