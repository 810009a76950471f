// A page in every width and both themes: axe-core looks at each, and where somebody wants to look, too, a picture is kept.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { axe, SIZES } from './browser.mjs'

/** tools/screenshots does, and who sets BOC_PICTURES; a test by itself needs none. */
const wanted = Boolean(process.env.BOC_SCREENS || process.env.BOC_PICTURES)

/** picture(page, name, sizes, top), which puts its files into `folder`; what scrolls is scrolled to `top`, a locator. */
export function pictures(folder) {
  if (wanted) mkdirSync(folder, { recursive: true })
  return async (page, name, sizes = Object.keys(SIZES), top) => {
    await page.mouse.move(0, 0) // nothing is lit up because the pointer rests on it
    for (const size of sizes) {
      await page.setViewportSize(SIZES[size])
      await top?.evaluate((element) => element.scrollIntoView({ block: 'start' }))
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
        await axe(page, `${name}, ${size}, ${colorScheme}`)
        if (wanted) await page.screenshot({ path: join(folder, `${name}-${size}-${colorScheme}.png`) })
      }
    }
    await page.setViewportSize(SIZES[1440])
  }
}
