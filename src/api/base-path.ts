/** A path before each of this server's own (WASTEX_BASE_PATH): a proxy may leave it in front of a request, or take it away. */

/** @param url as it stands in the request @returns the same from the slash behind the base path on; where there is none, as it is */
export const withoutBasePath = (url: string, basePath: string): string =>
  url.startsWith(`${basePath}/`) ? url.slice(basePath.length) : url
