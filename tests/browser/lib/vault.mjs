// What a person does in "Keys and vault".

export async function openVault(page) {
  await page.getByRole('button', { name: 'My address' }).first().click()
  await page.getByRole('button', { name: 'Keys and vault' }).click()
  await page.getByRole('dialog', { name: 'Keys and vault' }).waitFor()
}

export const back = (page) => page.getByRole('dialog').getByRole('button', { name: 'Back', exact: true }).click()

/** The passphrase, and the button that asks for it. */
export async function enter(page, passphrase, button) {
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Passphrase' }).fill(passphrase)
  await dialog.getByRole('button', { name: button }).click()
}

/** Where it is asked for: makes a key, writes it down, and gives it. */
export async function makeRecoveryKey(page, passphrase, button) {
  const dialog = page.getByRole('dialog')
  await enter(page, passphrase, button)
  const list = dialog.getByRole('list', { name: 'Recovery key' })
  await list.waitFor()
  const groups = (await list.getByRole('listitem').allInnerTexts()).map((text) => text.trim().slice(-4))
  await dialog.getByRole('button', { name: 'I have written it down' }).click()
  for (const input of await dialog.getByLabel(/^Group/).all()) {
    const label = await input.evaluate((element) => element.labels[0].textContent)
    await input.fill(groups[Number(label.match(/\d+/)[0]) - 1].toLowerCase())
  }
  await dialog.getByRole('button', { name: 'Compare' }).click()
  await dialog.getByText('The recovery key is made.').waitFor()
  return groups.join('')
}
