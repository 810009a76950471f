// The page's shared worker, by the browser's own tools: Playwright knows only those of one page.
import assert from 'node:assert/strict'

/** Runs an expression in the one shared worker of the browser context `page` is in, and gives what it is. */
export async function inWorker(page, expression) {
  const cdp = await page.context().browser().newBrowserCDPSession()
  try {
    const found = await workers(cdp, page)
    assert.equal(found.length, 1, 'one worker for all tabs')
    const { sessionId } = await cdp.send('Target.attachToTarget', { targetId: found[0].targetId, flatten: false })
    const answer = new Promise((resolve) => {
      cdp.on('Target.receivedMessageFromTarget', (got) => {
        const message = JSON.parse(got.message)
        if (got.sessionId === sessionId && message.id === 1) resolve(message)
      })
    })
    const params = { expression, awaitPromise: true, returnByValue: true }
    const message = JSON.stringify({ id: 1, method: 'Runtime.evaluate', params })
    await cdp.send('Target.sendMessageToTarget', { sessionId, message })
    const { error, result } = await answer
    assert.ok(!error && !result.exceptionDetails, JSON.stringify(error ?? result.exceptionDetails))
    return result.result.value
  } finally {
    await cdp.detach()
  }
}

/** How many shared workers the browser context of `page` has. */
export async function countWorkers(page) {
  const cdp = await page.context().browser().newBrowserCDPSession()
  try {
    return (await workers(cdp, page)).length
  } finally {
    await cdp.detach()
  }
}

async function workers(cdp, page) {
  const { targetInfos } = await cdp.send('Target.getTargets')
  return targetInfos.filter((t) => t.type === 'shared_worker' && t.url.startsWith(page.origin))
}

/** So much time goes by for the worker, at once: as when the machine sleeps. */
export const sleep = (page, ms) =>
  inWorker(page, `{ const now = Date.now; Date.now = () => now.call(Date) + ${ms} }; 0`)
