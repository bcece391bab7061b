// A workspace that is not trusted, and wants another program to be started as the server.
//
//   RESULTS=… node untrusted.mjs BASE WORKSPACE

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import { command, eventually, goTo, openPlan, page, run, statusItem, stored, toasts, workspace } from './support.mjs';

const trace = path.join(path.dirname(workspace), 'was-started');
const intruder = path.join(path.dirname(workspace), 'intruder');
fs.writeFileSync(intruder, `#!/bin/sh\ntouch '${trace}'\necho 'tallymark 0.1.0'\n`, { mode: 0o755 });
fs.mkdirSync(path.join(workspace, '.vscode'));
fs.writeFileSync(path.join(workspace, '.vscode/settings.json'), JSON.stringify({ 'tallymark.server.path': intruder }));

await run({
  'a plan opens': openPlan,
  'the workspace is not trusted': async () => {
    await page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor();
  },
  'findings and progress are shown all the same': async () => {
    await page.locator('.squiggly-warning').first().waitFor();
    await eventually('4/10 · 40%', async () => (await statusItem.innerText()).trim());
  },
  'nothing is changed in it, which is said': async () => {
    await goTo(34);
    await command('Tallymark: Mark Task Complete');
    await eventually(true, async () => (await toasts()).some((toast) => /workspace is not trusted/.test(toast)));
    assert.equal(stored('2.2').status, 'in_progress');
  },
  'the program that it names was not started': () => {
    assert.ok(!fs.existsSync(trace));
  },
});
