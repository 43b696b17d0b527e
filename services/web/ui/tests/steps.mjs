// What a person does at the page, and what then must be seen. Everything is found by its role and name, as a screen reader finds it.
import assert from 'node:assert/strict';

const button = (page, name) => page.getByRole('button', { name, exact: true });
const heading = (page, name) => page.getByRole('heading', { name, exact: true, level: 1 });
/** Of a setting; what must be set says so in its label. */
const setting = (page, name) => page.getByLabel(new RegExp(`^\\s*${name}\\s*(required)?\\s*$`));
const sees = (page, text) => page.getByText(text).first().waitFor();

async function visit(page, name) {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name }).click();
  await heading(page, name).waitFor();
}

/** Fills in the form. */
async function give(page, { user, password }) {
  await page.getByLabel('User').fill(user);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await button(page, 'Sign in').click();
}

export async function sign_in(page, args) {
  await give(page, args);
  await heading(page, 'Overview').waitFor();
}

/** Returns the words of the refusal. */
export async function is_refused(page, args) {
  await give(page, args);
  const alert = page.getByRole('alert').filter({ hasText: 'Not signed in' });
  await alert.waitFor();
  return page.getByRole('main').innerText();
}

export async function sign_out(page) {
  await page.getByRole('link', { name: 'Account of' }).click();
  await button(page, 'Sign out').click();
  await page.getByLabel('Password', { exact: true }).waitFor();
}

export async function reload(page) {
  await page.reload();
}

export async function says(page, { text }) {
  await sees(page, text);
}

/** Once the page is drawn it has nothing of that. */
export async function says_not(page, { text }) {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForLoadState('networkidle');
  assert.equal(await page.getByText(text).count(), 0);
}

export async function buttons_of_the_overview(page) {
  await visit(page, 'Overview');
  const names = await page.getByRole('main').getByRole('button').allInnerTexts();
  return names.filter((name) => name.endsWith('…'));
}

export async function visit_page(page, { name }) {
  await visit(page, name);
}

// -- overview

export async function tiers_show(page, { node, owner, addresses, services }) {
  await visit(page, 'Overview');
  for (const tier of ['Tier 0: Clients', 'Tier 1: Routers', 'Tier 2: Real servers', 'Tier 3: Data']) {
    await page.getByRole('listitem', { name: tier }).waitFor();
  }
  const active = page.getByRole('article', { name: owner, exact: true });
  await active.getByText('active', { exact: true }).waitFor();
  for (const address of addresses) await active.getByText(address, { exact: false }).first().waitFor();
  await page.getByRole('article', { name: node, exact: true }).getByText('you are connected to it').waitFor();
  for (const service of services) await page.getByRole('article', { name: service, exact: true }).waitFor();
}

/** Waits, without a reload, until a row of a real server has that text. */
export async function server_row_has(page, { service, server, text }) {
  const table = page.getByRole('table', { name: `Real servers of ${service}`, exact: true });
  await table
    .getByRole('row')
    .filter({ has: page.getByRole('rowheader', { name: server }) })
    .filter({ hasText: text })
    .waitFor();
}

/** Sets what a real server is used for by the dialog. */
export async function use_server(page, { service, server, choice }) {
  const table = page.getByRole('table', { name: `Real servers of ${service}`, exact: true });
  await table.getByRole('button', { name: `Use of ${server}` }).click();
  await page.getByRole('radio', { name: choice }).check();
  await button(page, 'Apply').click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

/** Returns what the dialog says before anything is done. */
export async function switch_over(page, { from }) {
  await visit(page, 'Overview');
  await page.getByRole('article', { name: from, exact: true }).getByRole('button', { name: 'Switch over…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Switch over' });
  const words = await dialog.innerText();
  await button(page, 'Switch over now').click();
  await dialog.waitFor({ state: 'detached' });
  return words;
}

/** The overview when the router says more than it does: `more` are members of the state. Returns what the sections say. */
export async function overview_with(page, { more, sections }) {
  const state = '**/restconf/data/trireme-api:state*';
  // Without events the page asks for the state.
  await page.route('**/events', (route) => route.abort());
  await page.route(state, async (route) => {
    const response = await route.fetch();
    const said = await response.json();
    await route.fulfill({ response, json: { 'trireme-api:state': { ...said['trireme-api:state'], ...more } } });
  });
  await page.reload();
  await heading(page, 'Overview').waitFor();
  for (const summary of await page.locator('.carried summary').all()) await summary.click();
  const said = {};
  for (const name of sections) {
    const section = page.getByRole(name.startsWith('Real servers') ? 'table' : 'region', { name, exact: true });
    said[name] = await section.innerText();
  }
  said.over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  await page.unroute('**/events');
  await page.unroute(state);
  await page.reload();
  await heading(page, 'Overview').waitFor();
  return said;
}

export async function member_is(page, { member, word }) {
  await page.getByRole('article', { name: member, exact: true }).getByText(word, { exact: true }).waitFor();
}

/** A member's card has that of one of several groups: its role, and a sentence. */
export async function part_is(page, { member, group, role, text }) {
  const part = page
    .getByRole('article', { name: member, exact: true })
    .getByRole('region', { name: new RegExp(`^(Group|Addresses of) ${group}$`) });
  await part.getByText(role, { exact: true }).waitFor();
  await part.getByText(text).first().waitFor();
}

/** One sentence of a member is enough again. */
export async function has_no_parts(page, { member, group }) {
  const card = page.getByRole('article', { name: member, exact: true });
  await card.getByRole('region', { name: `Group ${group}` }).waitFor({ state: 'detached' });
}

export async function maintenance(page, { member, end }) {
  await visit(page, 'Overview');
  const name = end ? 'End maintenance' : 'Begin maintenance';
  await page
    .getByRole('article', { name: member, exact: true })
    .getByRole('button', { name: end ? 'End maintenance…' : 'Maintenance…' })
    .click();
  const words = await page.getByRole('dialog').innerText();
  await button(page, name).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  return words;
}

export async function connection_is_lost(page) {
  await page.getByRole('alert').filter({ hasText: 'The connection to the router is lost.' }).waitFor();
}

export async function connection_is_back(page) {
  await page.getByText('The connection to the router is lost.').waitFor({ state: 'detached' });
}

// -- configuration

async function open_part(page, part, entry) {
  await visit(page, 'Configuration');
  await page.getByRole('navigation', { name: 'Parts of the configuration' }).getByRole('link', { name: part }).click();
  if (entry) await page.getByRole('link', { name: entry }).first().click();
}

async function save(page) {
  await button(page, 'Save to the draft').click();
}

/** Sets a field of an entry and saves it. */
export async function set_field(page, { part, entry, field, value, choose }) {
  await open_part(page, part, entry);
  const input = setting(page, field).first();
  if (choose) await input.selectOption(value);
  else await input.fill(value);
  await save(page);
  await page.getByText('Not in the draft yet').waitFor({ state: 'detached' });
}

/** What a field offers and says of itself: its options, help, default and range. */
export async function field_says(page, { part, entry, field }) {
  await open_part(page, part, entry);
  const input = setting(page, field).first();
  await input.waitFor();
  return input.evaluate((element) => ({
    options: [...(element.options ?? [])].map((option) => option.value),
    words: (element.getAttribute('aria-describedby') ?? '')
      .split(' ')
      .map((id) => document.getElementById(id)?.textContent ?? '')
      .join(' '),
    placeholder: element.placeholder ?? '',
  }));
}

/** Saves a wrong value in an entry of a list below the part; returns what stands at the field and in the summary. */
export async function part_says(page, { part, entry, text }) {
  await open_part(page, part, entry);
  await sees(page, text);
}

export async function is_not_saved(page, { part, entry, below, field, value }) {
  await open_part(page, part, entry);
  await page.getByRole('button', { name: below, exact: false }).first().click();
  const input = setting(page, field).last();
  await input.fill(value);
  await save(page);
  const summary = page.getByRole('alert').filter({ hasText: 'Not saved' });
  await summary.waitFor();
  assert.equal(await input.getAttribute('aria-invalid'), 'true');
  const words = await summary.innerText();
  // The summary leads to the field.
  await summary.getByRole('button').first().click();
  assert.equal(await input.evaluate((element) => element === document.activeElement), true);
  await button(page, 'Undo').click();
  return words;
}

/** Types into a field and saves nothing. */
export async function type_only(page, { part, entry, field, value }) {
  await open_part(page, part, entry);
  await setting(page, field).first().selectOption(value);
  await sees(page, 'Not in the draft yet');
}

/** Waits until the form shows that value, which nobody typed here. */
export async function form_has(page, { field, value }) {
  await page.waitForFunction(
    ([id, words]) => document.getElementById(id)?.value === words,
    [await setting(page, field).first().getAttribute('id'), value],
  );
  assert.equal(await page.getByText('Not in the draft yet').count(), 0);
}

/** Somebody else has changed what is typed here: returns what the page says, takes what is there now. */
export async function is_told_of_the_other(page) {
  const notice = page.getByRole('alert').filter({ hasText: 'This was changed elsewhere while you edited it' });
  await notice.waitFor();
  assert.equal(await button(page, 'Save to the draft').isDisabled(), true);
  const words = await notice.innerText();
  await notice.getByRole('button', { name: 'Show what is there now' }).click();
  await notice.waitFor({ state: 'detached' });
  return words;
}

/** Removes a secret of an entry by its button, after trying it without. */
export async function remove_secret(page, { part, entry, field }) {
  await open_part(page, part);
  await page.getByRole('button', { name: entry }).first().click();
  const input = setting(page, field).last();
  for (const name of ['Remove', 'Keep', 'Remove']) await button(page, `${name} ${field}`).click();
  assert.equal(await input.getAttribute('placeholder'), 'removed when you save');
  await save(page);
  await page.getByText('Not in the draft yet').waitFor({ state: 'detached' });
  await button(page, `Remove ${field}`).waitFor({ state: 'detached' });
  assert.equal(await focused(page), 'Save to the draft', 'the focus stays, though nothing is left to save');
}

/** The session has ended meanwhile: what was typed waits for the same person. */
export async function goes_on_after_sign_in(page, { user, password, field, value }) {
  // The page may have noticed by itself already.
  await button(page, 'Save to the draft').or(page.getByText('Your session has ended')).first().click();
  await sees(page, 'Your session has ended');
  await sees(page, 'What you have not saved yet is still here.');
  assert.equal(await page.getByLabel('User').inputValue(), user);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.keyboard.press('Enter');
  await sees(page, 'Not in the draft yet');
  assert.equal(await setting(page, field).first().inputValue(), value);
  await button(page, 'Undo').click();
}

export async function add_entry(page, { part, fields, choices }) {
  await open_part(page, part);
  await page.getByRole('link', { name: 'Add', exact: true }).click();
  await heading(page, `New ${part}`).waitFor();
  for (const [field, value] of choices) await setting(page, field).first().selectOption(value);
  for (const [field, value] of fields) await setting(page, field).first().fill(value);
  await save(page);
  await heading(page, `${part} ${fields[0][1]}`).waitFor();
}

export async function remove_entry(page, { part, entry }) {
  await open_part(page, part, entry);
  await button(page, 'Remove…').click();
  await button(page, 'Remove').last().click();
  await heading(page, part).waitFor();
}

// -- changes

/** Returns the lines of the difference. */
export async function changes(page) {
  await visit(page, 'Changes');
  const list = page.getByRole('list', { name: 'Differences' });
  await list.waitFor();
  return list.getByRole('listitem').allInnerTexts();
}

export async function nothing_to_commit(page) {
  await visit(page, 'Changes');
  await sees(page, 'Your draft is the same as what is in use.');
}

export async function commit(page, { comment, trial }) {
  await visit(page, 'Changes');
  await page.getByLabel('Comment').fill(comment);
  await page.getByRole('checkbox', { name: /Go back by itself/ }).setChecked(trial > 0);
  if (trial > 0) await page.getByLabel('Minutes to confirm').fill(String(trial));
  await button(page, 'Commit').click();
  await sees(page, 'Your draft is the same as what is in use.');
}

/** Returns the words of the refusal. */
export async function is_not_committed(page) {
  await visit(page, 'Changes');
  await button(page, 'Commit').click();
  const alert = page.getByRole('alert').filter({ hasText: 'Not committed' });
  await alert.waitFor();
  await sees(page, 'Somebody else has committed meanwhile');
  await button(page, 'What did they change?').click();
  const theirs = page.getByRole('list', { name: /^Since revision/ });
  await theirs.waitFor();
  return { words: await alert.innerText(), theirs: await theirs.innerText() };
}

export async function discard(page) {
  await visit(page, 'Changes');
  await button(page, 'Discard the draft…').first().click();
  await button(page, 'Discard').click();
  await sees(page, 'Your draft is the same as what is in use.');
}

/** Seconds that the countdown shows. */
export async function trial_left(page) {
  const timer = page.getByRole('region', { name: 'Revision on trial' }).getByRole('timer');
  await timer.waitFor();
  const [minutes, seconds] = (await timer.innerText()).split(':').map(Number);
  return minutes * 60 + seconds;
}

export async function end_trial(page, { keep }) {
  const region = page.getByRole('region', { name: 'Revision on trial' });
  await region.getByRole('button', { name: keep ? 'Keep it' : 'Roll back now' }).click();
  await region.waitFor({ state: 'detached' });
}

// -- history, import, account

/** Goes back to a revision; returns what the dialog said would change. */
export async function go_back(page, { revision }) {
  await visit(page, 'History');
  await page.getByRole('button', { name: `Go back… to revision ${revision}` }).click();
  const dialog = page.getByRole('dialog', { name: `Go back to revision ${revision}` });
  const lines = await dialog.getByRole('list', { name: 'Differences' }).innerText();
  await dialog.getByRole('checkbox', { name: /Go back by itself/ }).uncheck();
  await dialog.getByRole('button', { name: 'Go back' }).click();
  await dialog.waitFor({ state: 'detached' });
  return lines;
}

/** Returns a line for each line of the file: number, verdict and words. */
export async function import_text(page, { text }) {
  await visit(page, 'Import');
  await page.getByLabel('Or paste it here').fill(text);
  await button(page, 'Import into my draft').click();
  await page.getByRole('heading', { name: 'What became of each line' }).waitFor();
  await page.getByRole('link', { name: /Look at the/ }).waitFor();
  return page.locator('.mapping li').allInnerTexts();
}

/** Drops a file; returns what then stands in the text field. */
export async function drop_file(page, { name, text }) {
  await visit(page, 'Import');
  const dataTransfer = await page.evaluateHandle(
    (words) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([words.text], words.name));
      return transfer;
    },
    { name, text },
  );
  await page.getByText('Drop a file here').dispatchEvent('drop', { dataTransfer });
  await page.waitForFunction(() => document.querySelector('textarea')?.value !== '');
  return page.getByLabel('Or paste it here').inputValue();
}

export async function change_password(page, { old, password }) {
  await page.getByRole('link', { name: 'Account of' }).click();
  await page.getByLabel('Password now').fill(old);
  await page.getByLabel('New password', { exact: true }).fill(password);
  await page.getByLabel('New password again').fill(password);
  await button(page, 'Change').click();
  await sees(page, 'The password is changed');
}

// -- without a mouse, and in a narrow window

const focused = (page) =>
  page.evaluate(() =>
    (document.activeElement?.textContent || document.activeElement?.getAttribute('aria-label') || '').trim(),
  );

export async function keyboard_alone(page) {
  await page.reload();
  await heading(page, 'Overview').waitFor();
  await page.keyboard.press('Tab');
  assert.equal(await focused(page), 'Skip to the content');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'content');
  await page.keyboard.press('Tab');
  assert.equal(await focused(page), 'Switch over…');
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.equal(outline, 'solid', 'the focus is seen');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  for (let i = 0; i < 8; i++) {
    await page.keyboard.press('Tab');
    const inside = await page.evaluate(
      () => document.activeElement === document.body || document.activeElement?.closest('dialog') !== null,
    );
    assert.equal(inside, true, 'the focus stays in the dialog');
  }
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.equal(await focused(page), 'Switch over…', 'the focus comes back');
}

/** How many pixels each page is wider than its window. */
export async function too_wide(page, { places }) {
  const found = {};
  for (const place of places) {
    await page.evaluate((hash) => (location.hash = hash), `#/${place}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForFunction(() => !document.querySelector('.loading'));
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (over > 0) found[place] = over;
  }
  return found;
}
