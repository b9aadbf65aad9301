/** What a module names: `import`, `export from`, `import()`, `require()`, and the files that threads start with. */

/** @returns {{ packages: string[], files: string[] }} as written */
export function importsOf(text) {
  const code = withoutComments(text)
  const packages = code.matchAll(/(?:\b(?:from|import|require|resolve)\s*\(?|\)\()\s*['"](@?[a-z][^'"\s]*)['"]/g)
  const files = code.matchAll(/['"](\.{1,2}\/[^'"\s]*)['"]/g)
  return { packages: [...packages].map(([, name]) => name), files: [...files].map(([, file]) => file) }
}

export const withoutComments = (text) => text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '')
