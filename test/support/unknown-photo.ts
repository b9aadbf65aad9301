import { decode } from '../../src/photos/decode.js'
import type { PhotoForReview } from '../../src/reviews/keep-for-review.js'

/** What classify hands to review for these bytes. */
export async function unknownPhoto(bytes: Buffer, filename = 'phone.jpg'): Promise<PhotoForReview> {
  return {
    bytes,
    filename,
    photo: await decode(bytes),
    prediction: {
      topPrediction: 'glass',
      confidence: 0.4,
      energy: -2.5,
      novelty: 1.5,
      oodReasons: ['CONFIDENCE'],
      allPredictions: [
        { classLabel: 'glass', probability: 0.4 },
        { classLabel: 'metal', probability: 0.35 },
      ],
    },
  }
}
