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

/** A segment with the marker 0xff `code`. */
function segment(code: number, data: Buffer | string): Buffer {
  const bytes = Buffer.from(data)
  const head = Buffer.from([0xff, code, 0, 0])
  head.writeUInt16BE(bytes.length + 2, 2)
  return Buffer.concat([head, bytes])
}
const behindStart = (jpeg: Buffer, more: Buffer) => Buffer.concat([jpeg.subarray(0, 2), more, jpeg.subarray(2)])
const markerOf = (code: number) => Buffer.from([0xff, code])
const end = markerOf(0xd9)

/** A grey JPEG, drawn by hand: a restart marker after each block, and `before` it whatever a camera leaves there. */
async function jpegWithRestarts(before: Buffer): Promise<Buffer> {
  const one = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#888' } })
    .greyscale()
    .jpeg()
    .toBuffer()
  const frame = one.indexOf(markerOf(0xc0))
  const scan = one.indexOf(markerOf(0xda))
  const data = scan + 2 + one.readUInt16BE(scan + 2)
  const head = Buffer.from(one.subarray(0, data))
  // 64 x 64 pixels are 64 blocks, each of which is the only one of its interval.
  head.writeUInt16BE(64, frame + 5)
  head.writeUInt16BE(64, frame + 7)
  const block = one.subarray(data, -2)
  const pieces = Array.from({ length: 64 }, (_, i) => [
    block,
    ...(i < 63 ? [before, markerOf(0xd0 + (i % 8))] : [end]),
  ]).flat()
  return behindStart(Buffer.concat([head, ...pieces]), segment(0xdd, Buffer.from([0, 1])))
}

describe('a JPEG that a camera writes', () => {
  const drawn = () => drawnPhoto(7, { width: 320, height: 240 })
  const odd: Record<string, () => Promise<Buffer>> = {
    'another JFIF version': async () => behindStart(await drawn(), segment(0xe0, 'JFIF\0\x02\x01\0\0\x01\0\x01\0\0')),
    'an unknown Adobe transform': async () => behindStart(await drawn(), segment(0xee, 'Adobe\0\x64\0\0\0\0\x05')),
    'a colour profile and EXIF that are none': async () =>
      behindStart(
        await drawn(),
        Buffer.concat([segment(0xe2, 'ICC_PROFILE\0\x03\x02no'), segment(0xe1, 'Exif\0\0no')]),
      ),
    'bytes between two segments': async () => {
      const jpeg = await drawn()
      const frame = jpeg.indexOf(markerOf(0xc0))
      return Buffer.concat([jpeg.subarray(0, frame), Buffer.from('lost'), jpeg.subarray(frame)])
    },
    'zeros before its restart markers': () => jpegWithRestarts(Buffer.alloc(12)),
    'fill bytes before its restart markers': () => jpegWithRestarts(Buffer.alloc(3, 0xff)),
    'a film behind its end': async () =>
      Buffer.concat([await drawn(), Buffer.from('\0\0\0\x18ftypmp42'), Buffer.alloc(500)]),
    'no end marker': async () => (await drawn()).subarray(0, -2),
    'half an end marker': async () => (await drawn()).subarray(0, -1),
    'no end marker, but zeros before the restart markers': async () =>
      (await jpegWithRestarts(Buffer.alloc(5))).subarray(0, -2),
  }
  it.each(Object.entries(odd))('is accepted with %s', async (_name, make) => {
    expect(await refusal(await make())).toBe('accepted')
  })

  it('is the same photo without the bytes that are no picture', async () => {
    const differ = async (a: Buffer, b: Buffer) => Buffer.compare(await pixelsOf(a), await pixelsOf(b))
    expect(await differ(await jpegWithRestarts(Buffer.alloc(12)), await jpegWithRestarts(Buffer.alloc(0)))).toBe(0)
    const jpeg = await drawn()
    expect(await differ(jpeg.subarray(0, -2), jpeg)).toBe(0)
  })

  it('is refused with other bytes before its restart markers, or with a piece missing', async () => {
    const jpeg = await jpegWithRestarts(Buffer.alloc(12))
    const lost = jpeg.indexOf(markerOf(0xd3))
    const cases: [RegExp, Buffer][] = [
      [/belongs to no part of the picture/, await jpegWithRestarts(Buffer.from('data that is no picture'))],
      [/missing or out of order/, Buffer.concat([jpeg.subarray(0, lost), jpeg.subarray(jpeg.indexOf(markerOf(0xd5)))])],
      [/cut short/, jpeg.subarray(0, lost)],
      [/cut short/, jpeg.subarray(0, lost + 2)],
    ]
    for (const [message, bytes] of cases)
      expect(await refusal(bytes)).toMatchObject({ code: 'UNSUPPORTED_IMAGE', message: expect.stringMatching(message) })
  })

  const kinds = {
    '4:2:0': { chromaSubsampling: '4:2:0' },
    '4:4:4': { chromaSubsampling: '4:4:4' },
    progressive: { progressive: true },
  }
  it.each(Object.entries(kinds))(
    '(%s) that is cut anywhere is accepted when it loses no block',
    async (_name, kind) => {
      // So large that it is decoded at a fraction of its size.
      const jpeg = await sharp(await drawnPhoto(8))
        .resize(1_280, 1_000)
        .jpeg(kind)
        .toBuffer()
      const accepted = []
      const cuts = Array.from({ length: 100 }, (_, percent) => Math.floor((jpeg.length * percent) / 100))
      for (const length of [...cuts, ...[4, 3, 2, 1, 0].map((less) => jpeg.length - less)]) {
        const answer = await refusal(jpeg.subarray(0, length))
        if (answer === 'accepted') accepted.push(jpeg.length - length)
        else
          expect(answer).toMatchObject({
            code: 'UNSUPPORTED_IMAGE',
            message: expect.stringMatching(/cut short|empty|no photo/),
          })
      }
      expect(accepted).toEqual([2, 1, 0])
    },
  )

  it('(progressive) that is cut between two passes is refused', async () => {
    const jpeg = await sharp(await drawn())
      .jpeg({ progressive: true })
      .toBuffer()
    const passes = [...jpeg.keys()].filter((at) => jpeg[at] === 0xff && jpeg[at + 1] === 0xda)
    for (const at of passes.slice(1)) {
      const tables = jpeg.lastIndexOf(markerOf(0xc4), at)
      expect(await refusal(jpeg.subarray(0, tables))).toMatchObject({ message: expect.stringMatching(/cut short/) })
    }
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

  it('with the reason that the decoder gives', async () => {
    const jpeg = await drawnPhoto(9, { width: 320, height: 240 })
    const frame = jpeg.indexOf(markerOf(0xc0))
    const changed = (at: number, value: number) => {
      const copy = Buffer.from(jpeg)
      copy[at] = value
      return copy
    }
    const middle = Math.floor(jpeg.length / 2)
    const gap = Buffer.concat([jpeg.subarray(0, middle), jpeg.subarray(middle + 300)])
    const scan = gap.indexOf(markerOf(0xda))
    const gapWithOddHeader = Buffer.from(gap)
    gapWithOddHeader[scan + 2 + gap.readUInt16BE(scan + 2) - 2] = 62
    const png = await sharp(jpeg).png().toBuffer()
    const flipped = Buffer.from(png)
    flipped[middle] = (flipped[middle] ?? 0) ^ 0xff
    const webp = await sharp(jpeg).webp().toBuffer()
    const cases: [RegExp, Buffer][] = [
      [/more than 8 bits a colour/, changed(frame + 4, 12)],
      [/coded in a way that is not supported/, changed(frame + 1, 0xc5)],
      [/This JPEG is damaged: the data of the picture/, gap],
      [/This JPEG is damaged: the data of the picture/, gapWithOddHeader],
      [/This PNG is damaged: its data does not match its checksums/, flipped],
      [/This PNG was cut short/, png.subarray(0, middle)],
      [/This WEBP was cut short/, webp.subarray(0, -100)],
    ]
    for (const [message, bytes] of cases)
      expect(await refusal(bytes)).toMatchObject({ code: 'UNSUPPORTED_IMAGE', message: expect.stringMatching(message) })
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
  // An imported one lies there as its camera wrote it.
  await writeFile(file, (await red(900, 600).jpeg().toBuffer()).subarray(0, -2))
  expect(await sharp(await thumbnail(file, 'SMALL')).metadata()).toMatchObject({ width: 320 })
  await writeFile(file, await red(3_000, 2_000).jpeg().toBuffer())
  expect(await sharp(await thumbnail(file, 'LARGE')).metadata()).toMatchObject({ width: 1024, height: 683 })
  await rm(folder, { recursive: true })
})

describe('a JPEG that is made to keep the server busy', () => {
  const segment = (code: number, body: readonly number[]) => [
    0xff,
    code,
    (body.length + 2) >> 8,
    (body.length + 2) & 255,
    ...body,
  ]
  const frame = segment(0xc0, [8, 0x13, 0x88, 0x13, 0x88, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0])
  const emptyScan = segment(0xda, [0, 0, 63, 0])
  const times = (count: number, bytes: readonly number[]) => Array.from({ length: count }, () => bytes).flat()
  const restarts = times(150_000, [0x55, 0xff, 0xd0])
  const scan = segment(0xda, [3, 1, 0, 2, 0, 3, 0, 0, 63, 0])

  it.each([
    ['scans of no component', [...frame, ...times(20_000, emptyScan)]],
    ['frame after frame', times(20_000, frame)],
    ['more restart markers than a call takes arguments', [...segment(0xdd, [0, 1]), ...frame, ...scan, ...restarts]],
  ])('is refused, and nothing waits for it: %s', async (_what, body) => {
    const bytes = Uint8Array.from([0xff, 0xd8, ...body])
    const began = process.cpuUsage()
    await expect(decode(bytes, 'phone')).rejects.toMatchObject({ code: 'UNSUPPORTED_IMAGE' })
    // Twenty of the empty scans alone took 159 ms.
    expect(process.cpuUsage(began).user).toBeLessThan(5_000_000)
  })
})
