// What people and programs write to do harm, and a look at a page that shows it.
import assert from 'node:assert/strict'
import { openPage, SIZES } from './browser.mjs'
import { unlock } from './steps.mjs'

/** Each stands for itself and is seen by `seen`; whatever of it runs calls ran(). */
export const HARM = {
  'a script': '<script>ran()</script> tail',
  'a handler': '<img src=x onerror="ran()"> tail',
  'a drawing': '<svg onload=ran()><animate onbegin=ran() attributeName=x> tail',
  'a frame': '<iframe srcdoc="<script>parent.ran()</script>"></iframe><base href="//evil.test/"> tail',
  'an end of what surrounds it': '"\'`></textarea></title></style><b onmouseover=ran() style=position:fixed> tail',
  'a link that runs': 'javascript:ran()//http://a.test [tail](javascript:ran()) data:text/html,<script>ran()</script>',
  'a link of Markdown': '![tail](http://evil.test/x.png) <http://evil.test> [a]: http://evil.test',
  'marks of a template': '{{constructor.constructor("ran()")()}} ${ran()} {@html "<b>"} <%= ran() %> #{ran()} tail',
  'a place in a sentence': '{name} {n} {words} {0} %s %n tail',
  'a name of JavaScript': '__proto__',
  'overrides of direction': '\u202Egnp.exe\u202C \u2066a\u2067b\u2068c\u2069 \u200F\u061C tail',
  'what cannot be seen': 'pay\u200Bpal\u2060\uFEFF \u{E0041}\u{E0042}\u180E\u00AD\u3164\u115F\uFFA0 tail',
  'a pile of marks': `Z${'\u0301\u0323\u0337\u20DD'.repeat(1250)} tail`,
  'half characters': '\uD83D tail \uDE00\uD83D',
  controls: 'a\u0000b\u0007c\u001B[31md\u0085e\u009Bf\u007F\r\ntail',
  'many lines': `${'\n\u2028\u2029\u000B'.repeat(60)}tail`,
  'one word': 'W'.repeat(6000),
  'one word that runs left': 'ש'.repeat(3000),
  'a name that runs left': 'مرحبا \u202B(admin)\u202C שלום',
  'a flood': '👨‍👩‍👧‍👦🏳️‍🌈👍🏿'.repeat(120),
  'joined without end': `👩${'\u200D👩'.repeat(400)}\u200D\uFE0F\u20E3`,
  'the widest there is': '﷽𒐫꧅'.repeat(120),
  'another one’s name': 'Mir\u200Ba\u202C  \u2063Hansen\u00AD',
}

/** So many bytes of it and no more. */
export function cut(text, bytes) {
  let out = ''
  for (const c of text) {
    if (Buffer.byteLength(out + c) > bytes) break
    out += c
  }
  return out
}

/** A page that is logged in, and knows when something runs that should not. */
export async function openTold(browser, url, passphrase) {
  const page = await openPage(browser)
  await page.addInitScript(() => {
    globalThis.ran = () => globalThis.ran.count++
    globalThis.ran.count = 0
  })
  await page.visit(url)
  await unlock(page, passphrase)
  return page
}

/** Nothing of it ran, was built or fetched; no control is left in what is read or read out; the page stands as it did. */
export async function sound(page, what, { composer = false, sizes = [390, 1440] } = {}) {
  for (const size of sizes) {
    if (page.viewportSize().width !== SIZES[size].width) await page.setViewportSize(SIZES[size])
    const found = await page.evaluate(look, { composer })
    assert.deepEqual(found, [], `${what}, ${size}`)
  }
  page.check()
}

function look({ composer }) {
  const wrong = []
  if (globalThis.ran.count > 0) wrong.push('it ran')
  const title = document.title.replace(/^\(\d+\+?\) /, '')
  if (title !== 'BlackedOutChat') wrong.push(`title: ${title}`)

  const built =
    'script:not([src="./assets/index.js"]), iframe, object, embed, base, a, form[action], img:not([src^="blob:"])'
  for (const e of document.querySelectorAll(built)) wrong.push(`element: ${e.outerHTML.slice(0, 80)}`)
  // Isolates of whole values are ours, in pairs, in what is read out.
  const isolated = /\u2068([^\u2068\u2069]*)\u2069/gu
  const hidden =
    /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u061C\u115F\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\u{E0000}-\u{E0FFF}]|\p{M}{6}/u
  const check = (text, where) => {
    const left = text.replace(isolated, '$1')
    if (hidden.test(left)) wrong.push(`controls in ${where}: ${JSON.stringify(left.slice(0, 120))}`)
  }
  for (const e of document.querySelectorAll('*')) {
    for (const { name, value } of e.attributes) {
      if (name.startsWith('on')) wrong.push(`handler: ${e.outerHTML.slice(0, 80)}`)
      else check(value, `${e.tagName} ${name}`)
    }
  }
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (texts.nextNode()) check(texts.currentNode.data, texts.currentNode.parentElement.className)

  const narrow = innerWidth
  for (const e of document.querySelectorAll(
    'html, body, dialog, aside, .pane, .scroller, nav, [role=dialog], [role=menu]',
  )) {
    if (e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0 && getComputedStyle(e).overflowX !== 'clip')
      wrong.push(`scrolls sideways: ${e.tagName}.${e.className} ${e.scrollWidth} > ${e.clientWidth}`)
  }
  if (composer) {
    const box = document.querySelector('.composer textarea')?.getBoundingClientRect()
    const seen =
      box && box.width > 100 && box.left >= 0 && box.right <= narrow && box.top > 100 && box.bottom <= innerHeight
    if (!seen) wrong.push(`the composer is not there: ${JSON.stringify(box)}`)
  }
  return wrong
}
