// What somebody sees of a page who cannot ask it: what is cut, what has to be scrolled sideways, where the focus is.
import assert from 'node:assert/strict'

/**
 * Texts that leave the window or are cut by what they stand in, and parts that scroll sideways. Code may do both; how wide an emoji is, the
 * font says. */
export function narrow(page) {
  return page.evaluate(() => {
    const bad = []
    if (document.documentElement.scrollWidth > document.documentElement.clientWidth)
      bad.push('the page scrolls sideways')
    const front = document.querySelector('dialog[open]') ?? document.body
    const walker = document.createTreeWalker(front, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement
      if (!node.data.trim() || !parent.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue
      if (parent.closest('.unseen, pre, svg, [data-aside], [role=gridcell]')) continue
      const range = document.createRange()
      range.selectNodeContents(node)
      const { left, right, width } = range.getBoundingClientRect()
      let [from, to] = [0, innerWidth]
      for (let e = parent; e && e !== document.body; e = e.parentElement) {
        const style = getComputedStyle(e)
        if (style.overflowX === 'visible') continue
        // Said to go on: that is not cut.
        if (style.textOverflow === 'ellipsis') [from, to] = [-Infinity, Infinity]
        if (to === Infinity) break
        const box = e.getBoundingClientRect()
        ;[from, to] = [Math.max(from, box.left), Math.min(to, box.right)]
      }
      if (width > 0 && (left < from - 1 || right > to + 1)) bad.push(`cut: ${node.data.trim().slice(0, 60)}`)
    }
    return bad
  })
}

/** What has the focus has a name, is in the window, and nothing lies over it. Gives the name. */
export async function focused(page, after) {
  const found = await page.evaluate(async () => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
    const e = document.activeElement
    if (!e || e === document.body) return { problem: 'nothing' }
    // A row of its own kind stands for its control: what is drawn is beside a box that is not.
    const shown = e.matches('.unseen') ? (e.labels?.[0] ?? e.parentElement) : e
    const name =
      e.ariaLabel ??
      (e.ariaLabelledByElements?.map((l) => l.textContent).join(' ') ||
        [...(e.labels ?? [])].map((l) => l.textContent).join(' ') ||
        e.textContent)
    const { left, right, top, bottom } = shown.getBoundingClientRect()
    const [l, r] = [Math.max(left, 0), Math.min(right, innerWidth)]
    const [t, b] = [Math.max(top, 0), Math.min(bottom, innerHeight)]
    const what = `${e.tagName.toLowerCase()} ${name?.trim().replace(/\s+/g, ' ').slice(0, 60)}`
    if (!name?.trim()) return { problem: `${what}: no name` }
    if (l >= r || t >= b) return { problem: `${what}: out of sight` }
    const over = document.elementFromPoint((l + r) / 2, (t + b) / 2)
    if (!over || !(shown.contains(over) || over.contains(shown)))
      return { problem: `${what}: behind ${over?.className}` }
    return { name: what }
  })
  assert.equal(found.problem, undefined, `after ${after}, the focus is on`)
  return found.name
}
