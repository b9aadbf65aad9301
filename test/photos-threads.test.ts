import { once } from 'node:events'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { decode } from '../src/photos/decode.js'
import { startThread } from '../src/thread.js'
import { drawnPhoto } from './support/drawn-photo.js'

it('a thread that starts leaves alone which photos the process opens: none is refused at that moment', async () => {
  const photo = await drawnPhoto(1)
  await decode(photo)
  // Were the thread to set the list anew, it would open again what is shut here.
  sharp.block({ operation: ['VipsForeignLoadJpeg'] })
  try {
    const thread = startThread(new URL('../src/photos/sharp.js', import.meta.url))
    await once(thread, 'exit')
    await expect(decode(photo)).rejects.toThrow('cannot be decoded')
  } finally {
    sharp.unblock({ operation: ['VipsForeignLoadJpeg'] })
  }
  await decode(photo)
})
