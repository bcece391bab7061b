// VS Code as a person sees it, with the extension installed from its package. Steps and results as in suite.cjs; the picture for
// the documentation is taken on the way.
//
//   RESULTS=… SCREENSHOT=… MACHINE=… node page.mjs BASE WORKSPACE

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import { openPage } from './browser.mjs';

const PATIENCE = 60_000;

const [base, workspace] = process.argv.slice(2);
const status = path.join(workspace, 'docs/plan-outputs/offline-map-tiles/status.json');
const { browser, page } = await openPage({ width: 1180, height: 980 });
page.setDefaultTimeout(PATIENCE);

const stored = (id) => JSON.parse(fs.readFileSync(status, 'utf8')).tasks.find((task) => task.id === id);
const statusItem = page.locator('.statusbar-item', { has: page.locator('.codicon-checklist') });

async function eventually(expected, look) {
  const until = Date.now() + PATIENCE;
  for (;;) {
    const seen = await look();
    if (seen === expected) return;
    if (Date.now() > until) assert.equal(seen, expected);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Writes settings as the person's own. */
function set(settings) {
  const all = { ...JSON.parse(fs.readFileSync(process.env.MACHINE, 'utf8')), ...settings };
  fs.writeFileSync(process.env.MACHINE, JSON.stringify(all));
}

async function goTo(line) {
  await page.keyboard.press('Control+1');
  await page.keyboard.press('Control+KeyG');
  await page.keyboard.type(String(line));
  await page.keyboard.press('Enter');
  await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
}

async function command(name) {
  await page.keyboard.press('F1');
  await page.locator('.quick-input-widget input').first().fill(`>${name}`);
  await page.locator('.quick-input-list .monaco-list-row', { hasText: name }).first().waitFor();
  await page.keyboard.press('Enter');
}

/** What the toasts say. */
const toasts = () => page.locator('.notification-toast .notification-list-item-message').allInnerTexts();

/** A program that answers as the server does when it is asked for its version, and then this. */
function program(name, version, rest) {
  const file = path.join(path.dirname(workspace), name);
  fs.writeFileSync(file, `#!/bin/sh\n[ "$1" = --version ] && { echo '${version}'; exit 0; }\n${rest}\n`, { mode: 0o755 });
  return file;
}

const steps = {
  'a plan opens': async () => {
    await page.goto(`${base}/?folder=${workspace}&payload=${encodeURIComponent('[["skipWelcome","true"]]')}`);
    await page.locator('.monaco-workbench').waitFor();
    await page.locator('.explorer-folders-view .monaco-list-row').first().waitFor();
    await page.keyboard.press('Control+KeyP');
    await page.locator('.quick-input-widget input').first().fill('offline-map-tiles.md');
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'offline-map-tiles.md' }).first().waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.editor-instance .view-line').first().waitFor();
  },
  'its findings are underlined': async () => {
    await page.locator('.squiggly-warning').first().waitFor();
    await eventually(2, () => page.locator('.editor-instance .squiggly-warning').count());
  },
  'the status bar says how far it is': async () => {
    await eventually('4/10 · 40%', async () => (await statusItem.innerText()).trim());
    assert.match(await statusItem.getAttribute('aria-label'), /offline-map-tiles\.md.*4\/10/);
  },
  'the server is the one of the package': async () => {
    const running = fs.readdirSync('/proc').flatMap((pid) => {
      try {
        const words = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return words[1] === 'lsp' && words[0].startsWith(path.dirname(workspace)) ? [words[0]] : [];
      } catch {
        return [];
      }
    });
    assert.equal(running.length, 1);
    assert.match(running[0], /\/extensions\/tallymark\.tallymark-[^/]*\/server\/tallymark$/);
  },
  'the picture': async () => {
    await page.locator('.codelens-decoration a', { hasText: 'Complete' }).first().waitFor();
    // The side bar shows nothing that belongs to us; the problems do.
    await page.keyboard.press('Control+KeyB');
    await page.keyboard.press('Control+Shift+KeyM');
    await page.locator('.markers-panel .monaco-list-row').nth(3).waitFor();
    await goTo(22);
    await page.waitForTimeout(1500);
    await page.screenshot({ path: process.env.SCREENSHOT });
    assert.ok(fs.statSync(process.env.SCREENSHOT).size < 300_000, 'the picture is small');
    await page.keyboard.press('Control+Shift+KeyM');
  },
  'a click on a lens marks the task': async () => {
    await goTo(34);
    const lens = page.locator('.codelens-decoration', { hasText: /^Complete$/ }).first().locator('a');
    await lens.click();
    await eventually('completed', () => stored('2.2').status);
    await eventually('5/10 · 50%', async () => (await statusItem.innerText()).trim());
  },
  'a key marks the task of the line, after its question': async () => {
    await goTo(46);
    await page.keyboard.press('Control+Alt+KeyM');
    await page.keyboard.press('KeyK');
    await page.locator('.quick-input-widget', { hasText: 'Why is it skipped?' }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
    assert.equal(stored('3.1').status, 'pending');
    await page.keyboard.press('Control+Alt+KeyM');
    await page.keyboard.press('KeyK');
    await page.locator('.quick-input-widget', { hasText: 'Why is it skipped?' }).waitFor();
    await page.keyboard.type('The tiles do not age');
    await page.keyboard.press('Enter');
    await eventually('skipped', () => stored('3.1').status);
    assert.equal(stored('3.1').skipReason, 'The tiles do not age');
  },
  'what cannot be done is said': async () => {
    await goTo(16);
    await command('Tallymark: Start Task');
    await eventually(1, async () => (await toasts()).length);
    assert.match((await toasts())[0], /^Tallymark: /);
    await command('Notifications: Clear All Notifications');
    await eventually(0, async () => (await toasts()).length);
  },
};

/** Each: what the setting names, and what is said, once. */
const unusable = {
  'a server that is missing': ['/nowhere/tallymark', /which does not exist/],
  'another program': [program('other', 'other 3.1', 'exit 0'), /is another program than Tallymark's server/],
  'a server that is too old': [program('old', 'tallymark 0.0.9', 'exit 0'), /is version 0\.0\.9; this extension needs/],
  'a server that crashes each time': [program('crashing', 'tallymark 0.1.0', 'exit 3'), /has crashed five times/],
};
for (const [what, [setting, message]] of Object.entries(unusable)) {
  steps[`${what} is told once`] = async () => {
    set({ 'tallymark.server.path': setting });
    await eventually(true, async () => (await toasts()).some((toast) => message.test(toast)));
    // Nothing more comes.
    await page.waitForTimeout(5000);
    assert.equal((await toasts()).length, 1, (await toasts()).join('\n'));
    await command('Notifications: Clear All Notifications');
    await eventually(0, async () => (await toasts()).length);
  };
}
steps['without the setting, all is well again'] = async () => {
  set({ 'tallymark.server.path': '' });
  await statusItem.waitFor();
};

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
