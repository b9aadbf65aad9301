/** Photos that no two tests share: noise of a seed, coarse enough to survive JPEG. */
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import sharp from 'sharp'

export async function drawnPhoto(seed: number, { width = 96, height = 72 } = {}): Promise<Buffer> {
  const random = xoroshiro128plus(seed)
  const noise = Buffer.from(Array.from({ length: 16 * 12 * 3 }, () => random.next() & 255))
  return sharp(noise, { raw: { width: 16, height: 12, channels: 3 } })
    .resize(width, height)
    .jpeg({ quality: 90 })
    .toBuffer()
}

/** The same picture in other bytes. */
export const nearCopyOf = (photo: Buffer): Promise<Buffer> => sharp(photo).jpeg({ quality: 60 }).toBuffer()

/** The same picture in bytes that nobody has sent: a comment behind the first two bytes. */
export function withComment(jpeg: Buffer, comment: string): Buffer {
  const head = Buffer.from([0xff, 0xfe, 0, comment.length + 2])
  return Buffer.concat([jpeg.subarray(0, 2), head, Buffer.from(comment), jpeg.subarray(2)])
}

/** Writes files by their relative path. */
export async function writeDataset(folder: string, files: Readonly<Record<string, Buffer | string>>): Promise<string> {
  for (const [file, bytes] of Object.entries(files)) {
    const target = path.join(folder, file)
    await mkdir(path.dirname(target), { recursive: true })
    await writeFile(target, bytes)
  }
  return folder
}
