/**
 * Where the console is: `#/review?tab=staged`. Everything stands behind `#`, what follows `?` as well, so that a copied address and the
 * way back show what was seen. (wouter's own keeps it before `#`, where it would stay on every other screen.)
 */
import { useSyncExternalStore } from 'react'

const parts = () => {
  const [path = '', search = ''] = location.hash.replace(/^#?\/?/, '').split('?')
  return { path: `/${path}`, search }
}
const follow = (changed: () => void) => {
  addEventListener('hashchange', changed)
  return () => removeEventListener('hashchange', changed)
}

function navigate(to: string, { replace = false } = {}): void {
  history[replace ? 'replaceState' : 'pushState'](null, '', `#${to}`)
  // Changes by script are told to nobody.
  dispatchEvent(new HashChangeEvent('hashchange'))
}

export const useAddress = (): [string, typeof navigate] => [
  useSyncExternalStore(follow, () => parts().path),
  navigate,
]
useAddress.hrefs = (to: string) => `#${to}`
useAddress.searchHook = () => useSyncExternalStore(follow, () => parts().search)
