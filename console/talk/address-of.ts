/** Of the server: the page lies at its root, whatever path a proxy puts before that. */
export const addressOf = (path: 'graphql' | 'session'): URL => new URL(path, document.baseURI)
