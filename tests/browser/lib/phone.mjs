// A phone beside the page of alone.mjs: narrow, and touched.
import { browser, PASSPHRASE, program } from './alone.mjs'
import { watch } from './browser.mjs'
import { openChat, unlock } from './steps.mjs'

/** Logged in at the conversation with `name`; its context is the caller's to close. */
export async function onPhone(name) {
  const context = await browser.newContext({ hasTouch: true, viewport: { width: 390, height: 844 }, locale: 'en-GB' })
  const phone = await watch(context, await context.newPage())
  await phone.visit(program.url)
  await unlock(phone, PASSPHRASE)
  await openChat(phone, name)
  return phone
}

/** A finger stays on it for long. */
export async function longPress(phone, target) {
  const box = await target.boundingBox()
  const touch = await phone.context().newCDPSession(phone)
  const finger = (type, points) => touch.send('Input.dispatchTouchEvent', { type, touchPoints: points })
  await finger('touchStart', [{ x: box.x + 20, y: box.y + 15 }])
  await phone.waitForTimeout(700) // so long it stays
  await finger('touchEnd', [])
}
