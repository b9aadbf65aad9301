/** Settings, read once from the environment. Every one has a default that works on one machine. */
import path from 'node:path'
import { z } from 'zod'
import { problemOfAddress } from './database/address.js'
import { isLoopback } from './loopback.js'

const folder = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .transform((value) => path.resolve(value))

/** The folder above the working folder, where photos may lie beside a checkout: but no whole disk. */
export function besideTheCheckout(workingFolder: string): string[] {
  const above = path.dirname(workingFolder)
  return above === path.parse(above).root ? [] : [above]
}

const isOrigin = (text: string) => URL.canParse(text) && new URL(text).origin === text

/** Segments that need no encoding; the first is none that this server answers itself. */
const isBasePath = (text: string) =>
  /^(\/[\w~-][\w.~-]*)*$/.test(text) && !/^\/(assets|files|graphql|health|metrics|ready|session)(\/|$)/.test(text)

/** Named as that, and never shown: it may hold a password. */
function databaseAddress(text: string, context: z.RefinementCtx): void {
  const message = problemOfAddress(text)
  if (message !== undefined)
    context.addIssue({
      code: 'custom',
      message: `${message} It is written postgresql://USER:PASSWORD@HOST:PORT/DATABASE`,
    })
}

const Environment = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(4000),
  WASTEX_DATA: folder('./data'),
  WASTEX_MODELS: folder('./models'),
  WASTEX_DATASETS: folder('./datasets'),
  WASTEX_WEIGHTS: z.string().optional(),
  WASTEX_IMPORT_ROOTS: z.string().optional(),
  DATABASE_URL: z.string().superRefine(databaseAddress).optional(),
  /** GiB of feature cache (171 KiB a view). */
  WASTEX_CACHE_GB: z.coerce.number().min(0).default(20),
  /** MiB of memory for what stage 1 reads in every epoch (11 KiB a view); what does not fit is read from the cache. */
  WASTEX_TRAINING_MB: z.coerce.number().min(0).default(512),
  /** Share of the processor that a training gets while serving wants all of it. */
  WASTEX_TRAINING_SHARE: z.coerce.number().min(0).max(0.7).default(0.25),
  /** GiB that stay free on the disk: with less, no photos are taken. */
  WASTEX_DISK_RESERVE: z.coerce.number().min(0).default(1),
  /** GiB that one token may upload in an hour. */
  WASTEX_UPLOAD_QUOTA_GB: z.coerce.number().min(0.1).default(50),
  /** Where thresholds come from: each run's own, or the constants of the reference deployment. */
  WASTEX_OOD: z.enum(['run', 'reference']).default('run'),
  /** In what models serve: int8 where a run offers it. */
  WASTEX_PRECISION: z.enum(['float32', 'int8']).default('float32'),
  /** Of the photos that the network knows, the share that goes to review all the same. */
  WASTEX_REVIEW_SHARE: z.coerce.number().min(0).max(1).default(0),
  /** Days after which rejected and never labelled photos go; left out: never. */
  WASTEX_KEEP_UNLABELLED_DAYS: z.coerce.number().min(0).optional(),
  /** Web pages of other origins that may ask: `https://console.example,https://other.example:8443`. */
  WASTEX_ORIGINS: z
    .string()
    .transform((text) => text.split(',').map((origin) => origin.trim()))
    .refine(
      (origins) => origins.every(isOrigin),
      'a list of origins is wanted: https://console.example,http://localhost:8080',
    )
    .optional(),
  /** How many proxies stand before it: so many addresses of X-Forwarded-For, from the last, are theirs to tell. */
  WASTEX_TRUST_PROXY: z.coerce.number().int().min(0).max(10).default(0),
  /** Where a proxy puts this server: `/wastex` for https://example.org/wastex/. */
  WASTEX_BASE_PATH: z
    .string()
    .transform((text) => text.replace(/\/$/, ''))
    .refine(isBasePath, 'a path is wanted that begins with `/` and is none of this server’s own: /wastex')
    .default(''),
  /** Seconds that a query may take. */
  WASTEX_QUERY_SECONDS: z.coerce.number().min(0.1).max(3_600).default(15),
  /**
   * Connections at most: HTTP and WebSocket together; those of one address, half of them by default, and all behind proxies;
   * WebSockets; WebSockets of one address that is not this machine.
   */
  WASTEX_CONNECTIONS: z.coerce.number().int().min(2).default(4_000),
  WASTEX_CONNECTIONS_PER_ADDRESS: z.coerce.number().int().min(1).optional(),
  WASTEX_SOCKETS: z.coerce.number().int().min(1).default(2_000),
  WASTEX_SOCKETS_PER_ADDRESS: z.coerce.number().int().min(1).default(50),
  /** Hours for which the answer to a request with an Idempotency-Key is kept. */
  WASTEX_IDEMPOTENCY_HOURS: z.coerce.number().positive().default(24),
  /** Left out: on where only whoever is on this machine can look. */
  WASTEX_GRAPHIQL: z.enum(['on', 'off']).optional(),
  WASTEX_INTROSPECTION: z.enum(['on', 'off']).optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
})

/** In what a model computes. */
export type Precision = 'float32' | 'int8'

export interface Config {
  readonly host: string
  /** 0: a free one. */
  readonly port: number
  /** Everything that is written and is neither a model nor a dataset. */
  readonly dataDir: string
  /** One folder a training run. */
  readonly modelsDir: string
  readonly datasetsDir: string
  /** Photos that came in by `classify` and went to review. */
  readonly uploadsDir: string
  /** A Keras InceptionV3 file; else the one kept, downloaded or carried by a package. */
  readonly weightsFile: string | undefined
  /** Folders below which `importDataset` may read. */
  readonly importRoots: readonly string[]
  /** A PostgreSQL server; else the embedded one. */
  readonly databaseUrl: string | undefined
  readonly featureCacheBytes: number
  readonly trainingRowsBytes: number
  readonly diskReserveBytes: number
  /** Of one token, in an hour. */
  readonly uploadQuotaBytes: number
  /** 0 to 0.7: of the processor, while serving wants all of it. */
  readonly trainingShare: number
  readonly oodThresholds: 'run' | 'reference'
  readonly precision: Precision
  /** 0 to 1: of the photos that the network knows, those that go to review all the same. */
  readonly reviewShare: number
  /** Days after which photos go that were rejected or never labelled; undefined: never. */
  readonly keepUnlabelledDays: number | undefined
  /** Origins of web pages, beside this server's own, that may ask. */
  readonly origins: readonly string[]
  /** Before each path of this server, as clients see it; empty: nothing. */
  readonly basePath: string
  /** Proxies before this server. */
  readonly trustedProxies: number
  readonly queryMs: number
  readonly maxConnections: number
  readonly maxConnectionsPerAddress: number
  readonly maxSockets: number
  readonly maxSocketsPerAddress: number
  readonly idempotencyHours: number
  /** Whether a browser gets GraphiQL at /graphql. */
  readonly graphiql: boolean
  /** Whether the schema tells of itself. */
  readonly introspection: boolean
  readonly logLevel: string
}

/** Whether others than those on this machine are meant to reach it. */
export const letsOthersIn = ({ host, trustedProxies }: Pick<Config, 'host' | 'trustedProxies'>): boolean =>
  !isLoopback(host) || trustedProxies > 0

/** @throws Error that names the setting, for `main` to print. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  // An empty variable is one that was not set: `DATABASE_URL= npm start`.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const parsed = Environment.safeParse(given)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new Error(`The setting ${issue?.path.join('.')} is wrong: ${issue?.message}`)
  }
  const env = parsed.data
  const roots = env.WASTEX_IMPORT_ROOTS?.split(path.delimiter) ?? [
    env.WASTEX_DATASETS,
    ...besideTheCheckout(process.cwd()),
  ]
  const byDefault = letsOthersIn({ host: env.HOST, trustedProxies: env.WASTEX_TRUST_PROXY }) ? 'off' : 'on'
  return {
    host: env.HOST,
    port: env.PORT,
    dataDir: env.WASTEX_DATA,
    modelsDir: env.WASTEX_MODELS,
    datasetsDir: env.WASTEX_DATASETS,
    uploadsDir: path.join(env.WASTEX_DATA, 'uploads'),
    weightsFile: env.WASTEX_WEIGHTS && path.resolve(env.WASTEX_WEIGHTS),
    importRoots: roots.map((root) => path.resolve(root)),
    databaseUrl: env.DATABASE_URL,
    featureCacheBytes: env.WASTEX_CACHE_GB * 2 ** 30,
    diskReserveBytes: env.WASTEX_DISK_RESERVE * 2 ** 30,
    uploadQuotaBytes: Math.round(env.WASTEX_UPLOAD_QUOTA_GB * 2 ** 30),
    trainingShare: env.WASTEX_TRAINING_SHARE,
    trainingRowsBytes: env.WASTEX_TRAINING_MB * 2 ** 20,
    oodThresholds: env.WASTEX_OOD,
    precision: env.WASTEX_PRECISION,
    reviewShare: env.WASTEX_REVIEW_SHARE,
    keepUnlabelledDays: env.WASTEX_KEEP_UNLABELLED_DAYS,
    origins: env.WASTEX_ORIGINS ?? [],
    basePath: env.WASTEX_BASE_PATH,
    trustedProxies: env.WASTEX_TRUST_PROXY,
    queryMs: env.WASTEX_QUERY_SECONDS * 1_000,
    maxConnections: env.WASTEX_CONNECTIONS,
    maxConnectionsPerAddress:
      env.WASTEX_CONNECTIONS_PER_ADDRESS ??
      (env.WASTEX_TRUST_PROXY > 0 ? env.WASTEX_CONNECTIONS : Math.ceil(env.WASTEX_CONNECTIONS / 2)),
    maxSockets: env.WASTEX_SOCKETS,
    maxSocketsPerAddress: env.WASTEX_SOCKETS_PER_ADDRESS,
    idempotencyHours: env.WASTEX_IDEMPOTENCY_HOURS,
    graphiql: (env.WASTEX_GRAPHIQL ?? byDefault) === 'on',
    introspection: (env.WASTEX_INTROSPECTION ?? byDefault) === 'on',
    logLevel: env.LOG_LEVEL,
  }
}
