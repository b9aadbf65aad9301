/**
 * The same request, with every chunk of its body counted as it comes. What `count` throws ends the reading. Of a body whose length
 * was declared Node reads no more than that: it was counted when it was declared.
 */
export function counted(request: Request, count: (bytes: number) => void): Request {
  const { body } = request
  if (!body || request.headers.has('content-length')) return request
  const counting = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      count(chunk.byteLength)
      controller.enqueue(chunk)
    },
  })
  const init = {
    method: request.method,
    headers: request.headers,
    body: body.pipeThrough(counting),
    duplex: 'half' as const,
  }
  return new (request.constructor as typeof Request)(request.url, init)
}
