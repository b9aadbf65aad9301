/** What is kept of a photo that came in: what training will see of it, and nothing of what its phone wrote into it. */
import { readFile, rm, writeFile } from 'node:fs/promises'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decode } from '../src/photos/decode.js'
import { contentHash } from '../src/photos/identity.js'
import { keepPhoto, liesAt, photoFile } from '../src/photos/store.js'
import { withoutMetadata } from '../src/photos/without-metadata.js'
import { keepForReview } from '../src/reviews/keep-for-review.js'
import { label } from '../src/reviews/label.js'
import { readPixels } from '../src/training/read-pixels.js'
import { createVersion } from '../src/versions/create-version.js'
import { importDataset } from '../src/versions/import-dataset.js'
import { trainingRows } from '../src/versions/training-rows.js'
import { drawnPhoto, writeDataset } from './support/drawn-photo.js'
import { by } from './support/doer.js'
import { openTestHall, type TestHall } from './support/hall.js'
import { unknownPhoto } from './support/unknown-photo.js'

let hall: TestHall
beforeAll(async () => {
  hall = await openTestHall()
})
afterAll(() => hall.close())

/** As a phone takes it: lying on its side, with the place where it was taken, and a tail that is no picture. */
async function fromPhone(seed: number): Promise<Buffer> {
  const photo = await sharp(await drawnPhoto(seed, { width: 640, height: 480 }))
    .withExif({
      IFD0: { Make: 'SecretPhone', Copyright: 'SecretOwner' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 30/1 0/1', GPSLongitudeRef: 'E', GPSLongitude: '13/1 24/1 0/1' },
    })
    .withMetadata({ orientation: 6 })
    .jpeg({ quality: 92 })
    .toBuffer()
  const comment = Buffer.from('\xff\xfe\x00\x0fSecretComment', 'latin1')
  return Buffer.concat([photo.subarray(0, 2), comment, photo.subarray(2), Buffer.from('<script>SecretTail</script>')])
}

describe('a photo that is kept', () => {
  it('has lost place, phone, comment and tail, and stands upright', async () => {
    const bytes = await fromPhone(1)
    const facts = await decode(bytes)
    expect((await sharp(bytes).metadata()).exif).toBeDefined()
    expect(bytes.toString('latin1')).toMatch(/SecretPhone|SecretComment/)
    const kept = await readFile(photoFile(hall.config, await keepPhoto(hall.config, bytes, facts)))
    const { exif, icc, xmp, iptc, orientation, width, height, format } = await sharp(kept).metadata()
    expect({ exif, icc, xmp, iptc, orientation }).toEqual({})
    expect([width, height, format]).toEqual([480, 640, 'jpeg'])
    expect(kept.toString('latin1')).not.toMatch(/Secret|Exif|script/)
  })

  it('looks to training as it looked to classify, whatever it came as', async () => {
    const drawn = await drawnPhoto(2, { width: 640, height: 480 })
    const clear = await sharp(drawn).ensureAlpha(0.5).png().toBuffer()
    for (const bytes of [await fromPhone(3), drawn, clear, await sharp(drawn).webp({ quality: 80 }).toBuffer()]) {
      const seen = await decode(bytes)
      const learned = (await decode(await withoutMetadata(bytes, seen))).pixels
      const difference = seen.pixels.reduce((sum, value, i) => sum + Math.abs(value - (learned[i] ?? 0)), 0)
      expect(difference / learned.length).toBeLessThan(1)
    }
  })

  it('is never larger than a photo may be', async () => {
    const side = 3_200
    // Noise is the worst there is for a JPEG; a WebP of low quality holds a lot of it in few bytes.
    const noise = await sharp({
      create: {
        width: side,
        height: side,
        channels: 3,
        noise: { type: 'gaussian', mean: 128, sigma: 80 },
        background: 'grey',
      },
    })
      .webp({ quality: 60, effort: 0 })
      .toBuffer()
    const facts = await decode(noise)
    const kept = await withoutMetadata(noise, facts)
    expect(kept.length).toBeLessThanOrEqual(10 * 1024 * 1024)
    expect(await decode(kept)).toMatchObject({ width: side / 2, height: side / 2 })
  })

  it('is written anew where a half-known file lies in its place', async () => {
    const bytes = await fromPhone(4)
    const facts = await decode(bytes)
    const place = await keepPhoto(hall.config, bytes, facts)
    await writeFile(photoFile(hall.config, place), bytes)
    await keepPhoto(hall.config, bytes, facts)
    expect(await liesAt(hall.config, place, place.storedHash)).toBe(true)
  })

  it('keeps its identity, in review, in a version and in training', async () => {
    const photos = await Promise.all([11, 12, 13, 14].map((seed) => drawnPhoto(seed)))
    const files = { 'a/1.jpg': photos[0], 'a/2.jpg': photos[1], 'b/1.jpg': photos[2], 'b/2.jpg': photos[3] }
    await importDataset(hall, by, {
      name: 'v1',
      path: await writeDataset(`${hall.folder}/set`, files as never),
      activate: true,
    })
    const bytes = await fromPhone(5)
    await label(hall, by, await keepForReview(hall, await unknownPhoto(bytes)), 'a')
    const { id } = await createVersion(hall, by, { name: 'v2' })
    const rows = await trainingRows(hall.db, id)
    expect(rows).toHaveLength(5)
    const own = rows.find((row) => row.contentHash === contentHash(bytes)) ?? expect.fail('it is not there')
    expect(own.storedHash).not.toBe(own.contentHash)
    const read = rows.map((row) => readPixels({ ...row, file: photoFile(hall.config, row) }))
    expect((await Promise.all(read)).map(({ length }) => length)).toEqual(Array(5).fill(299 * 299 * 3))
  })

  it('is the imported file from then on, where the same bytes are imported and its own file is gone', async () => {
    const bytes = await fromPhone(6)
    await keepForReview(hall, await unknownPhoto(bytes))
    const find = () => hall.db.photo.findUniqueOrThrow({ where: { contentHash: contentHash(bytes) } })
    await rm(photoFile(hall.config, await find()))
    const files = { 'a/mine.jpg': bytes, 'b/1.jpg': await drawnPhoto(21) }
    const folder = await writeDataset(`${hall.folder}/later`, files)
    await importDataset(hall, by, { name: 'later', path: folder })
    expect(await find()).toMatchObject({ root: folder, storedHash: contentHash(bytes), bytes: bytes.length })
  })
})
