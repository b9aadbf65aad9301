/** The same request, with every chunk of its body counted as it comes. What `count` throws ends the reading. */
export function counted(request: Request, count: (bytes: number) => void): Request {
  const { body } = request
  if (!body) return request
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
