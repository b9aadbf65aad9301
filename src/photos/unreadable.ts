/** Why a photo cannot be decoded: what the decoder says of it, in words for people. */
import { messageOf, WasteXError } from '../errors.js'
import { mendedJpeg } from './mended-jpeg.js'
import type { PhotoType } from './type.js'

const anew = 'Send the original, or take the photo again.'
const saveAnew = 'Save it as an ordinary JPEG and send that.'

/** Of kinds of JPEG that are not supported, as libjpeg says it. */
const unsupported: readonly [RegExp, string][] = [
  [/data precision/, 'has more than 8 bits a colour, which is not supported'],
  [/Unsupported JPEG process|lossless parameters/, 'is coded in a way that is not supported'],
  [/DNL not supported/, 'does not say in its header how high it is'],
]
/** Of damage, as libjpeg, libpng and libwebp say it. */
const damage: readonly [RegExp, string][] = [
  [/premature end of JPEG/, 'part of the picture is missing'],
  [/premature end of data segment/, 'the data of the picture ends too early in one place'],
  [/instead of RST/, 'a part of the picture is missing or out of order'],
  [/extraneous bytes/, 'it has data that belongs to no part of the picture'],
  [/bad Huffman code|bad arithmetic code/, 'the data of the picture has a code that does not exist'],
  [/table .* not defined/, 'a table that it needs is missing'],
  [/progression/, 'its passes do not fit together'],
  [/libpng/, 'its data does not match its checksums, or is not all there'],
  [/corrupt header/, 'its header cannot be read'],
]

const isEnded: Readonly<Record<PhotoType, (bytes: Buffer) => boolean | Promise<boolean>>> = {
  jpeg: async (bytes) => (await mendedJpeg(bytes)).hasEnd,
  png: (bytes) => bytes.includes('IEND'),
  // Its header says how long it is.
  webp: (bytes) => bytes.length >= 12 && bytes.readUInt32LE(4) + 8 <= bytes.length,
}

/** @throws WasteXError UNSUPPORTED_IMAGE for whatever the decoder has thrown */
export const unreadable =
  (type: PhotoType, bytes: Uint8Array) =>
  async (error: unknown): Promise<never> => {
    const said = messageOf(error)
    const meant = (meanings: readonly [RegExp, string][]) => meanings.find(([pattern]) => pattern.test(said))?.[1]
    const refuse = (what: string) => {
      throw new WasteXError('UNSUPPORTED_IMAGE', `This ${type.toUpperCase()} ${what}`)
    }
    const kind = meant(unsupported)
    if (kind !== undefined) return refuse(`${kind}. ${saveAnew}`)
    if (!(await isEnded[type](Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))))
      return refuse(`was cut short: part of it is missing. ${anew}`)
    return refuse(`is damaged: ${meant(damage) ?? 'it cannot be decoded'}. ${anew}`)
  }
