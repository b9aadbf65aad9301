/** What may come in at all: so many bytes an hour of one token, and nothing while the disk is nearly full. */
import { statfs } from 'node:fs/promises'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import type { Config } from '../config.js'
import { overloaded, requestError } from './request-error.js'

const hourSeconds = 3_600
/** For which a look at the disk is good. */
const rememberMs = 1_000
const retryAfterMs = 60_000
const gib = (bytes: number) => `${(bytes / 2 ** 30).toLocaleString('en', { maximumFractionDigits: 1 })} GiB`

export class UploadQuota {
  private readonly limiter: RateLimiterMemory
  private free: { readonly bytes: Promise<number>; readonly until: number } | undefined

  constructor(private readonly config: Pick<Config, 'dataDir' | 'diskReserveBytes' | 'uploadQuotaBytes'>) {
    this.limiter = new RateLimiterMemory({ points: config.uploadQuotaBytes, duration: hourSeconds })
  }

  /**
   * @param bytes that are declared, or have come in chunks
   * @throws GraphQLError OVERLOADED, STORAGE_FULL
   */
  async take(token: string | undefined, bytes: number): Promise<void> {
    await this.refuseWhenDiskIsLow()
    if (token === undefined) return
    try {
      await this.limiter.consume(token, bytes)
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error
      throw overloaded(
        error.msBeforeNext,
        `One token may upload ${gib(this.config.uploadQuotaBytes)} an hour (WASTEX_UPLOAD_QUOTA_GB).`,
      )
    }
  }

  private async refuseWhenDiskIsLow(): Promise<void> {
    const { dataDir, diskReserveBytes } = this.config
    if (!this.free || this.free.until < performance.now())
      this.free = {
        bytes: statfs(dataDir).then(({ bavail, bsize }) => bavail * bsize),
        until: performance.now() + rememberMs,
      }
    if ((await this.free.bytes) >= diskReserveBytes) return
    throw requestError(
      'STORAGE_FULL',
      507,
      `The disk of this server has less than ${gib(diskReserveBytes)} free, so no photos are taken. Make room on it, or lower the reserve (WASTEX_DISK_RESERVE).`,
      { retryAfterMs },
      { 'retry-after': String(retryAfterMs / 1_000) },
    )
  }
}
