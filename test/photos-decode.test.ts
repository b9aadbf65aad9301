import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { decode, inspect } from '../src/photos/decode.js'
import { mirrored, pixelsPerPhoto, unitPixels } from '../src/photos/pixels.js'
import { thumbnail } from '../src/photos/thumbnail.js'
import { drawnPhoto } from './support/drawn-photo.js'

const red = (width = 64, height = 48) => sharp({ create: { width, height, channels: 3, background: '#f00' } })
const pixelsOf = async (bytes: Uint8Array) => (await decode(bytes)).pixels
const refusal = (bytes: Uint8Array) =>
  decode(bytes).then(
    () => 'accepted',
    (error: unknown) => error,
  )

/** A PNG that says in its header that it is this large, and holds next to nothing. */
function pngOfSize(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
    const length = Buffer.alloc(4)
    length.writeUInt32BE(data.length)
    const crc = Buffer.alloc(4)
    crc.writeUInt32BE(crc32(body))
    return Buffer.concat([length, body, crc])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10])
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', Buffer.alloc(16)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function crc32(bytes: Buffer): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return ~crc >>> 0
}

describe('what is accepted', () => {
  it('JPEG, PNG and WebP, in colour, grey, with 16 bits, a palette or CMYK, as three channels', async () => {
    const photos = {
      jpeg: red().jpeg(),
      png: red().png(),
      webp: red().webp({ lossless: true }),
      palette: red().png({ palette: true }),
      sixteenBits: red().toColourspace('rgb16').png(),
    }
    for (const [name, photo] of Object.entries(photos)) {
      const { pixels } = await decode(await photo.toBuffer())
      expect(pixels, name).toHaveLength(pixelsPerPhoto)
      expect(Math.abs((pixels[0] ?? 0) - 255) + (pixels[1] ?? 0) + (pixels[2] ?? 0), name).toBeLessThan(4)
    }
    for (const photo of [
      red().greyscale().jpeg(),
      red().toColourspace('b-w').png(),
      red().toColourspace('cmyk').jpeg(),
    ])
      expect((await decode(await photo.toBuffer())).pixels).toHaveLength(pixelsPerPhoto)
  })

  it('turns a photo upright as its EXIF says, and tells its upright size', async () => {
    const halves = await sharp({ create: { width: 64, height: 48, channels: 3, background: '#fff' } })
      .composite([{ input: await red(32, 48).png().toBuffer(), left: 0, top: 0 }])
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .toBuffer()
    const { width, height, pixels } = await decode(halves)
    expect([width, height]).toEqual([48, 64])
    // Turned clockwise, the left half is on top.
    const green = (x: number, y: number) => pixels[(y * 299 + x) * 3 + 1] ?? -1
    expect(green(280, 20)).toBeLessThan(20)
    expect(green(20, 280)).toBeGreaterThan(235)
  })

  it('lets white shine through where a photo is transparent', async () => {
    const clear = sharp({ create: { width: 40, height: 40, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } })
    expect(new Set((await decode(await clear.png().toBuffer())).pixels)).toEqual(new Set([255]))
  })

  it('takes the first frame of an animation', async () => {
    const frames = await sharp([await red().png().toBuffer(), await red().negate().png().toBuffer()], {
      join: { animated: true },
    })
      .webp({ lossless: true })
      .toBuffer()
    const { width, height, pixels } = await decode(frames)
    expect([width, height]).toEqual([64, 48])
    expect(pixels.slice(-3)).toEqual(Uint8Array.of(255, 0, 0))
  })

  it('forgives a phone the odd scan header', async () => {
    const odd = await drawnPhoto(1)
    const scan = odd.indexOf(Buffer.from([0xff, 0xda]))
    odd[scan + 2 + odd.readUInt16BE(scan + 2) - 2] = 62
    expect((await decode(odd)).type).toBe('jpeg')
  })

  it('makes the same pixels of the same bytes, and nearly the same of a four times larger copy', async () => {
    const small = await pixelsOf(await drawnPhoto(2, { width: 640, height: 480 }))
    expect(await pixelsOf(await drawnPhoto(2, { width: 640, height: 480 }))).toEqual(small)
    const large = await pixelsOf(await drawnPhoto(2, { width: 2560, height: 1920 }))
    const difference = small.reduce((sum, value, i) => sum + Math.abs(value - (large[i] ?? 0)), 0) / small.length
    expect(difference).toBeLessThan(2)
  })

  it('mirrors exactly, and scales to [0, 1]', async () => {
    const photo = await drawnPhoto(3)
    const whole = await pixelsOf(photo)
    const flipped = mirrored(whole)
    expect(flipped.slice(0, 3)).toEqual(whole.slice(298 * 3, 299 * 3))
    expect(mirrored(flipped)).toEqual(whole)
    expect(unitPixels(Uint8Array.of(0, 51, 255))).toEqual(Float32Array.of(0, 0.2, 1))
  })
})

describe('what is refused', () => {
  it('other formats, by their bytes, with advice', async () => {
    const heic = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic'), Buffer.alloc(40)])
    const cases: [RegExp, Uint8Array][] = [
      [/GIF/, await red().gif().toBuffer()],
      [/TIFF/, await red().tiff().toBuffer()],
      [/AVIF/, await red().avif().toBuffer()],
      [/HEIC.*Most Compatible/, heic],
      [/SVG/, Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"/>')],
      [/empty/, Buffer.alloc(0)],
      [/no photo/, Buffer.from('hello')],
    ]
    for (const [message, bytes] of cases)
      expect(await refusal(bytes)).toMatchObject({ code: 'UNSUPPORTED_IMAGE', message: expect.stringMatching(message) })
  })

  it('photos that are cut short, wherever', async () => {
    const noise = await drawnPhoto(4, { width: 640, height: 480 })
    for (const whole of [noise, await sharp(noise).png().toBuffer(), await sharp(noise).webp().toBuffer()])
      for (const part of [0.02, 0.3, 0.7, 0.99]) {
        const bytes = whole.subarray(0, Math.floor(whole.length * part))
        expect(await refusal(bytes)).toMatchObject({ code: 'UNSUPPORTED_IMAGE' })
      }
  })

  it('damaged photos', async () => {
    const photo = await drawnPhoto(5, { width: 640, height: 480 })
    const middle = Math.floor(photo.length / 2)
    const damaged = Buffer.concat([photo.subarray(0, middle), photo.subarray(middle + 700)])
    expect(await refusal(damaged)).toMatchObject({ code: 'UNSUPPORTED_IMAGE' })
    const png = await red().png().toBuffer()
    const last = png.length - 20
    png[last] = (png[last] ?? 0) ^ 0xff
    expect(await refusal(png)).toMatchObject({ code: 'UNSUPPORTED_IMAGE' })
  })

  it('too many pixels or sides too long, from the header', async () => {
    for (const [width, height] of [
      [30_000, 30_000],
      [6_000, 5_000],
      [12_001, 20],
    ] as const)
      expect(await inspect(pngOfSize(width, height)).catch((error: unknown) => error)).toMatchObject({
        code: 'PAYLOAD_TOO_LARGE',
      })
    await expect(inspect(pngOfSize(12_000, 2_000))).resolves.toMatchObject({ width: 12_000 })
  })

  it('too many bytes, and too few pixels', async () => {
    expect(await refusal(Buffer.alloc(10 * 1024 * 1024 + 1))).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' })
    expect(await refusal(await red(15, 40).png().toBuffer())).toMatchObject({ code: 'UNSUPPORTED_IMAGE' })
  })

  it('never says where anything lies', async () => {
    const error = await refusal((await drawnPhoto(6)).subarray(0, 300))
    expect(String(error)).not.toContain('/')
  })
})

it('makes small copies that fit into 320 pixels, or into 1024, upright and never enlarged', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'wastex-thumbnail-'))
  const file = path.join(folder, 'photo.jpg')
  await writeFile(file, await red(900, 600).withMetadata({ orientation: 6 }).jpeg().toBuffer())
  const { width, height, format } = await sharp(await thumbnail(file, 'SMALL')).metadata()
  expect({ width, height, format }).toEqual({ width: 213, height: 320, format: 'jpeg' })
  expect(await sharp(await thumbnail(file, 'LARGE')).metadata()).toMatchObject({ width: 600, height: 900 })
  await writeFile(file, await red(3_000, 2_000).jpeg().toBuffer())
  expect(await sharp(await thumbnail(file, 'LARGE')).metadata()).toMatchObject({ width: 1024, height: 683 })
  await rm(folder, { recursive: true })
})
