// Pictures of a page in every width and both themes; axe-core looks at each.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { axe, SIZES } from './browser.mjs'

/** picture(page, name, sizes), which puts its files into `folder`. */
export function pictures(folder) {
  mkdirSync(folder, { recursive: true })
  return async (page, name, sizes = Object.keys(SIZES)) => {
    for (const size of sizes) {
      await page.setViewportSize(SIZES[size])
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
        await axe(page, `${name}, ${size}, ${colorScheme}`)
        await page.screenshot({ path: join(folder, `${name}-${size}-${colorScheme}.png`) })
      }
    }
    await page.setViewportSize(SIZES[1440])
  }
}
