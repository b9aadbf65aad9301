/**
 * What is kept of a photo that came in: its pixels, upright, and nothing else. Phones write into it where and when it was
 * taken, by whom and with what; and bytes behind a picture may be anything.
 */
import { decodingPool, type Lane } from './decoding-pool.js'
import { photoLimits } from './limits.js'
import type { PhotoFacts } from './decode.js'
import { uprightPhoto } from './upright.js'

/**
 * A JPEG of quality 95 without thinned-out colours: what training sees of it differs from what classify saw by 0.3 of 255
 * levels on average (docs/decisions/photos.md). One that would be larger than a photo may be is halved until it is not.
 * @param facts as `decode` told them
 * @param lane a phone's answer lacks this last step alone, unless said otherwise
 */
export async function withoutMetadata(
  bytes: Uint8Array,
  { type, width, height }: PhotoFacts,
  lane: Lane = 'answer',
): Promise<Uint8Array> {
  for (let part = 1; ; part /= 2) {
    const [w, h] = [Math.ceil(width * part), Math.ceil(height * part)]
    const copy = await decodingPool.run(lane, () =>
      uprightPhoto(bytes, type, (photo) =>
        (part < 1 ? photo.resize(w, h, { fit: 'fill', kernel: 'linear', fastShrinkOnLoad: false }) : photo)
          .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
          .toBuffer(),
      ),
    )
    if (copy.length <= photoLimits.bytes) return copy
  }
}
