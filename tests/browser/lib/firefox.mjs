// Firefox with a fresh profile, driven by WebDriver BiDi. Whatever it wants of another machine it asks a proxy for, which is
// nobody's but ours, writes that down and gives nothing.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { require } from './packages.mjs'

const { firefox } = require('playwright-core')

const paths = [process.env.BOC_FIREFOX, '/usr/bin/firefox-esr', '/usr/bin/firefox']
const executablePath = paths.find((path) => path && existsSync(path))
/** Why there is none; false: there is. */
export const missing = executablePath ? false : 'Firefox is missing (Debian package: firefox-esr)'

/** What Firefox asks its makers for by itself is turned off; what it cannot be kept from finds nobody. */
const prefs = (port) => ({
  'network.proxy.type': 1,
  'network.proxy.http': '127.0.0.1',
  'network.proxy.http_port': port,
  'network.proxy.ssl': '127.0.0.1',
  'network.proxy.ssl_port': port,
  'network.proxy.no_proxies_on': '127.0.0.1',
  'network.proxy.failover_direct': false,
  'network.dns.disablePrefetch': true,
  'network.trr.mode': 5,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'app.normandy.enabled': false,
  'app.update.disabledForTesting': true,
  'browser.region.update.enabled': false,
  'browser.safebrowsing.update.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'dom.push.connection.enabled': false,
  'extensions.update.enabled': false,
  'messaging-system.rsexperimentloader.enabled': false,
  'nimbus.rollouts.enabled': false,
  'services.settings.server': 'data:,#remote-settings-dummy/v1',
  'toolkit.telemetry.server': `http://127.0.0.1:${port}`,
})

/** {server, asked}: the first line of each request. */
async function listen() {
  const asked = []
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', (data) => {
      asked.push(data.toString('latin1').split('\r\n')[0])
      socket.destroy()
    })
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  return { server, asked }
}

const proxies = new WeakMap()

export async function launchFirefox() {
  const proxy = await listen()
  const firefoxUserPrefs = prefs(proxy.server.address().port)
  // Only with this it takes another server of settings, which is none.
  const env = { ...process.env, MOZ_REMOTE_SETTINGS_DEVTOOLS: '1' }
  const how = { channel: 'moz-firefox', executablePath, headless: true, firefoxUserPrefs, env }
  const browser = await firefox.launch(how)
  proxies.set(browser, proxy)
  // Playwright sets colours and motion of every context by a command that this Firefox does not know: they stay the system's.
  const session = Object.getPrototypeOf(browser._connection.toImpl(browser)._browserSession)
  const { send } = session
  session.send = function (method, params) {
    return method === 'emulation.setMediaFeaturesOverride' ? Promise.resolve({}) : send.call(this, method, params)
  }
  return browser
}

/** Ends it; it must have asked for no other machine. */
export async function closeFirefox(browser) {
  await browser?.close()
  const { server, asked } = proxies.get(browser) ?? {}
  server?.close()
  assert.deepEqual(asked ?? [], [], 'the browser asked for no other machine')
}
