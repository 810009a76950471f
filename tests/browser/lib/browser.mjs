// Chromium with a fresh profile, and pages that fail their test when something happens that must not: a violation of
// the content security policy, an error on the console, a request to anywhere else.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { children } from '../../lib/program.mjs'
import { checkNetLog, logged } from './netlog.mjs'
import { require } from './packages.mjs'

const { chromium } = require('playwright-core')
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')

const paths = [process.env.BOC_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** The popup of the address bar is a page of its own in every window, and takes longer to begin than ours. */
const popups = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup', 'WebUIOmniboxFullPopup']
/** Of two such flags Chromium takes the last: what Playwright turns off stays off. */
const off = [
  'AimEnabled',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'LensOverlay',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
]

const flags = [
  '--no-sandbox',
  `--disable-features=${[...popups, ...off]}`,
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

function executable() {
  const path = paths.find((p) => p && existsSync(p))
  assert.ok(path, 'Chromium is missing (Debian package: chromium)')
  return path
}

const netLogs = new WeakMap()

/** `rules`: names that are to lead elsewhere, as --host-resolver-rules has them. */
export async function launch(args = [], rules = []) {
  const log = logged(rules)
  const all = [...flags, ...log.args, ...args]
  const browser = await chromium.launch({ executablePath: executable(), headless: true, args: all })
  netLogs.set(browser, log.file)
  return browser
}

/** Ends the browser, which must have gone to no other machine; one that hangs is killed. */
export async function close(browser) {
  const hangs = setTimeout(() => {
    for (const { pid, args } of children(process.pid)) if (args[0].includes('chrom')) process.kill(pid, 'SIGKILL')
  }, 10_000)
  await browser?.close()
  clearTimeout(hangs)
  if (browser) checkNetLog(netLogs.get(browser))
}

/** A browser that keeps what browsers keep, in `folder`. */
export async function launchWithProfile(folder) {
  const { file, args } = logged()
  const options = { executablePath: executable(), headless: true, args: [...flags, ...args] }
  const context = await chromium.launchPersistentContext(folder, options)
  netLogs.set(context, file)
  return context
}

export const SIZES = {
  1440: { width: 1440, height: 900 },
  1024: { width: 1024, height: 768 },
  390: { width: 390, height: 844 },
}

/**
 * A page of its own profile. `problems` collects what must not happen; call check() at the end of a test.
 * `expected` are patterns of console errors that the test provokes itself, such as a refused connection.
 */
export async function openPage(browser, { size = 1440, theme = 'light', locale = 'en-GB', expected = [] } = {}) {
  const context = await browser.newContext({
    viewport: SIZES[size],
    colorScheme: theme,
    reducedMotion: 'reduce',
    locale,
    serviceWorkers: 'block',
  })
  return watch(context, await context.newPage(), expected)
}

export async function watch(context, page, expected = []) {
  const problems = []
  page.expected = expected
  page.problems = problems
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`))
  await page.exposeBinding('reportViolation', (_, text) => problems.push(`violation: ${text}`))
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      globalThis.reportViolation(
        `${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`,
      )
    })
  })
  await context.route('**/*', (route) => {
    const own = page.origin ?? ''
    const { origin, protocol } = new URL(route.request().url())
    if (protocol === 'http:' && origin !== own) problems.push(`request: ${route.request().url()}`)
    return route.continue()
  })
  page.visit = (url) => {
    page.origin = new URL(url).origin
    return page.goto(url)
  }
  page.check = () => {
    const bad = problems.filter((text) => !page.expected.some((pattern) => pattern.test(text)))
    assert.deepEqual(bad, [], 'what must not happen did')
  }
  return page
}

/** No violation of WCAG 2.2 AA and of good practice, as far as a machine can see; but `without` these rules. */
export async function axe(page, what, without = []) {
  // Evaluated, not added as a script: that is not subject to the page's policy.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axeSource)
  const { violations } = await page.evaluate(
    (off) =>
      globalThis.axe.run(document, {
        runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
        rules: Object.fromEntries(off.map((rule) => [rule, { enabled: false }])),
        resultTypes: ['violations'],
      }),
    without,
  )
  const told = violations.map(
    (v) => `${v.id}: ${v.nodes.map((n) => `${n.target.join(' ')} (${n.failureSummary})`).join('; ')}`,
  )
  assert.deepEqual(told, [], `axe: ${what}`)
}
