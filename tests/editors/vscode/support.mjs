// What the sessions on the page share: the page, patience, what a person does in it, and steps that pass or fail.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import { openPage } from './browser.mjs';

// How long anything may take before the test has failed, in milliseconds. Nothing is expected to take as long.
const PATIENCE = 60_000;

export const [base, workspace] = process.argv.slice(2);
const status = path.join(workspace, 'docs/plan-outputs/offline-map-tiles/status.json');
const { browser, page } = await openPage({ width: 1180, height: 980 });
page.setDefaultTimeout(PATIENCE);

export { page };

/** A task as status.json has it on disk. */
export const stored = (id) => JSON.parse(fs.readFileSync(status, 'utf8')).tasks.find((task) => task.id === id);

/** The open plan's progress. */
export const statusItem = page.locator('.statusbar-item', { has: page.locator('.codicon-checklist') });

/** What the toasts say. */
export const toasts = () => page.locator('.notification-toast .notification-list-item-message').allInnerTexts();

/** Waits until `look` gives what is expected. */
export async function eventually(expected, look) {
  const until = Date.now() + PATIENCE;
  for (;;) {
    const seen = await look();
    if (seen === expected) return;
    if (Date.now() > until) assert.equal(seen, expected);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Puts the cursor at the start of a line, from 1. */
export async function goTo(line) {
  await page.keyboard.press('Control+1');
  await page.keyboard.press('Control+KeyG');
  await page.keyboard.type(String(line));
  await page.keyboard.press('Enter');
  await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
}

/** Runs a command of the palette. */
export async function command(name) {
  await page.keyboard.press('F1');
  await page.locator('.quick-input-widget input').first().fill(`>${name}`);
  await page.locator('.quick-input-list .monaco-list-row', { hasText: name }).first().waitFor();
  await page.keyboard.press('Enter');
}

/** Opens the workspace, and the plan in it. */
export async function openPlan() {
  await page.goto(`${base}/?folder=${workspace}&payload=${encodeURIComponent('[["skipWelcome","true"]]')}`);
  await page.locator('.monaco-workbench').waitFor();
  await page.locator('.explorer-folders-view .monaco-list-row').first().waitFor();
  await page.keyboard.press('Control+KeyP');
  await page.locator('.quick-input-widget input').first().fill('offline-map-tiles.md');
  await page.locator('.quick-input-list .monaco-list-row', { hasText: 'offline-map-tiles.md' }).first().waitFor();
  await page.keyboard.press('Enter');
  await page.locator('.editor-instance .view-line').first().waitFor();
}

/** A program that answers as the server does when it is asked for its version, and then this. */
export function program(name, version, rest) {
  const file = path.join(path.dirname(workspace), name);
  fs.writeFileSync(file, `#!/bin/sh\n[ "$1" = --version ] && { echo '${version}'; exit 0; }\n${rest}\n`, { mode: 0o755 });
  return file;
}

/** Runs steps in their order; the first that fails ends it. Never returns. */
export async function run(steps) {
  const say = (line) => fs.appendFileSync(process.env.RESULTS, `${line}\n`);
  let code = 0;
  for (const [name, step] of Object.entries(steps)) {
    try {
      await step();
      say(`  ok    ${name}`);
    } catch (error) {
      say(`  FAIL  ${name}\n${error.stack ?? error}`);
      // What was to be seen.
      await page.screenshot({ path: path.join(import.meta.dirname, '..', '.cache', 'failed.png') }).catch(() => {});
      code = 1;
      break;
    }
  }
  await browser.close();
  process.exit(code);
}
