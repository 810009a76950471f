// How messages are drawn: marks, what is hidden, emoji by themselves, and links, which nobody follows by accident.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { page, program } from './lib/alone.mjs'
import { bob, label, open, rowOf, say } from './lib/bob.mjs'
import { axe } from './lib/browser.mjs'
import { row } from './lib/steps.mjs'

const text = (message) =>
  rowOf(message)
    .locator('.text')
    .evaluate((e) => e.textContent)
const dialog = () => page.getByRole('dialog', { name: 'Where this link leads' })
const press = (message) => rowOf(message).locator('.link').click()

test('marks are drawn, and no space comes or goes by it', async () => {
  const all = say('them', ' *bold* _italic _*x*_ ~gone~ `a  b` c\n\n> so *it* is\nend_of_it')
  const block = say('me', 'see\n```\n  if (a)\n    b\n```')
  await open()
  assert.equal(await text(all), ' bold italic _x gone a  b c\nso it isend_of_it')
  for (const [tag, words] of [
    ['strong', 'bold'],
    ['s', 'gone'],
    ['code', 'a  b'],
    ['.quote strong', 'it'],
  ])
    assert.equal(await rowOf(all).locator(tag).first().textContent(), words)
  assert.equal(await rowOf(block).locator('code.block').textContent(), '  if (a)\n    b')
  await axe(page, 'marks')
})

test('what is hidden is shown when somebody asks, and nowhere before', async () => {
  const m = say('them', 'It was ||the *butler*|| all along')
  await open()
  await row(page, 'Bob').getByText('It was (hidden) all along').waitFor()
  assert.equal(await label(m), 'Bob: It was (hidden) all along')
  await axe(page, 'hidden')
  await rowOf(m).getByRole('button', { name: 'Show what is hidden' }).click()
  await rowOf(m).locator('.uncovered strong').getByText('butler').waitFor()
  assert.equal(await text(m), 'It was the butler all along')
})

test('what the list has only the beginning of hides what may be hidden', async () => {
  say('them', `||${'secret '.repeat(60)}||`)
  program.changeContact(bob.id, { last: { ...program.contacts.get(bob.id).last, text: `||${'secret '.repeat(36)}` } })
  await open()
  await row(page, 'Bob').locator('.preview').getByText('(hidden)', { exact: true }).waitFor()
})

test('emoji by themselves are large', async () => {
  const big = say('them', '👍 ❤️')
  const small = say('them', '👍 ok')
  await open()
  assert.equal(
    await rowOf(big)
      .locator('.text')
      .evaluate((e) => getComputedStyle(e).fontSize),
    '38px',
  )
  assert.equal(
    await rowOf(small)
      .locator('.text')
      .evaluate((e) => getComputedStyle(e).fontSize),
    '15px',
  )
  assert.equal(await label(big), 'Bob: 👍 ❤️')
  await axe(page, 'large emoji')
})

test('a link says where it leads, and nothing goes there unasked', async () => {
  const trick = say('them', 'look: https://good.example@evil.example/x?y.')
  const mixed = say('them', 'https://\u0430pple.com/')
  const onion = say('them', `${'a'.repeat(56)}.onion/x`)
  say('them', 'example.org javascript:alert(1)')
  await open()
  await page.evaluate(() => {
    globalThis.opened = []
    globalThis.copied = []
    navigator.clipboard.writeText = async (what) => void globalThis.copied.push(what)
    globalThis.open = (...what) => {
      globalThis.opened.push(what)
      return null
    }
  })
  assert.equal(await page.locator('li .link').count(), 3)

  await press(trick)
  await dialog().getByText('https://good.example@evil.example/x?y', { exact: true }).waitFor()
  assert.equal(await dialog().locator('strong').textContent(), 'evil.example')
  await dialog().getByText('The link leads to evil.example.').waitFor()
  await axe(page, 'a link')
  await dialog().getByRole('button', { name: 'Copy link' }).click()
  await dialog().getByRole('button', { name: 'Copied' }).waitFor()
  assert.deepEqual(await page.evaluate(() => globalThis.copied), ['https://good.example@evil.example/x?y'])
  await page.keyboard.press('Escape')
  await dialog().waitFor({ state: 'detached' })

  await press(mixed)
  await dialog().locator('dd').getByText('\u0430pple.com', { exact: true }).waitFor()
  await dialog().locator('dd').getByText('xn--pple-43d.com', { exact: true }).waitFor()
  await dialog().getByText('mixes letters of several alphabets').waitFor()
  assert.deepEqual(await page.evaluate(() => globalThis.opened), [])
  await dialog().getByText('show it your IP address').waitFor()
  await dialog().getByRole('button', { name: 'Open here anyway' }).click()
  await dialog().waitFor({ state: 'detached' })
  assert.deepEqual(await page.evaluate(() => globalThis.opened), [
    ['https://xn--pple-43d.com/', '_blank', 'noopener,noreferrer'],
  ])

  await press(onion)
  await dialog().getByText('open it in Tor Browser').waitFor()
  assert.equal(await dialog().getByRole('button', { name: 'Open here anyway' }).count(), 0)
  await page.keyboard.press('Escape')
  await dialog().waitFor({ state: 'detached' })
  // By keyboard: from its message to it.
  await page.locator('li[data-id][tabindex="0"]').focus()
  await page.keyboard.press('End')
  await page.keyboard.press('ArrowUp')
  await page.waitForFunction((id) => document.activeElement.dataset.id === id, onion.id)
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await dialog().waitFor()
})
