// A browser at the page of a real router, led by test_page.py: reads a line of JSON for each step ({"step", …}), answers with one
// ({"ok": …} or {"error": …}). The steps stand in steps.mjs.
//   browser.mjs URL CHROMIUM FOLDER-FOR-SCREENSHOTS
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';
import * as steps from './steps.mjs';

const STEP_MS = 30_000;
const SLOW_MS = 2000;
const SEEN_MAX = 2000;
const [url, executablePath, folder] = process.argv.slice(2);

// The whole runs as root in a namespace of its own, where Chromium's own sandbox cannot start.
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });

/** What no page of ours may do, whatever is tested: fail, break its policy, ask anybody else. */
const faults = [];

async function open(options) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(STEP_MS);
  page.on('pageerror', (error) => faults.push(`page error: ${error.message}`));
  page.on('console', (message) => {
    // What the router refuses is part of the tests, and the browser writes a line for each.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      faults.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(url)) faults.push(`asks somebody else: ${request.url()}`);
  });
  // For whoever looks why a test took long.
  page.on('requestfailed', (request) =>
    console.error(new Date().toISOString(), 'failed', request.url(), request.failure()?.errorText),
  );
  page.on('requestfinished', (request) => {
    const { requestStart, connectStart, connectEnd, responseStart, responseEnd } = request.timing();
    if (responseEnd > SLOW_MS) {
      console.error(new Date().toISOString(), request.method(), request.url(), {
        requestStart,
        connectStart,
        connectEnd,
        responseStart,
        responseEnd,
      });
    }
  });
  await page.goto(url);
  return page;
}

let page = await open({});
console.log(JSON.stringify({ ok: 'ready' }));

async function run({ step, ...args }) {
  if (step === 'open') {
    await page.context().close();
    page = await open(args);
    return null;
  }
  if (step === 'faults') return faults;
  return (await steps[step](page, args)) ?? null;
}

let number = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  number++;
  try {
    console.log(JSON.stringify({ ok: await run(asked) }));
  } catch (error) {
    const shot = `${folder}/${number}-${asked.step}.png`;
    await page.screenshot({ path: shot, fullPage: true }).catch(() => undefined);
    // The log of a run on another machine has no pictures.
    const seen = await page.innerText('body', { timeout: SLOW_MS }).catch(() => '');
    console.log(
      JSON.stringify({ error: `${asked.step}: ${error.message} (see ${shot})\nthe page says:\n${seen.slice(0, SEEN_MAX)}` }),
    );
  }
}
await browser.close();
