// VS Code as a person sees it, with the extension installed from its package. Steps and results as in suite.cjs; the picture for
// the documentation is taken on the way.
//
//   RESULTS=… SCREENSHOT=… MACHINE=… node page.mjs BASE WORKSPACE

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import { command, eventually, goTo, openPlan, page, program, run, statusItem, stored, toasts, workspace } from './support.mjs';

/** Writes settings as the person's own. */
function set(settings) {
  const all = { ...JSON.parse(fs.readFileSync(process.env.MACHINE, 'utf8')), ...settings };
  fs.writeFileSync(process.env.MACHINE, JSON.stringify(all));
}

const steps = {
  'a plan opens': openPlan,
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

await run(steps);
