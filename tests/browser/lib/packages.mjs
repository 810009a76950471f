// The packages of the browser tests are the page's: one lock file for both.
import { createRequire } from 'node:module'

export const require = createRequire(new URL('../../../ui/package.json', import.meta.url))
