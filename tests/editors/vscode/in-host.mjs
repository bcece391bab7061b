// Has a VS Code server run suite.cjs in its extension host. The server must have been started with
// --enable-smoke-test-driver. Ends with the suite's exit code, with 124 if it takes too long.
//
//   node in-host.mjs BASE WORKSPACE EXTENSION

import path from 'node:path';

import { openPage } from './browser.mjs';

const LIMIT = 420_000;

const [base, workspace, extension] = process.argv.slice(2);
const remote = (file) => `vscode-remote://${new URL(base).host}${file}`;
const { browser, page } = await openPage({ width: 1200, height: 800 });
const code = await new Promise((resolve) => {
  setTimeout(() => resolve(124), LIMIT);
  const open = async () => {
    await page.exposeFunction('codeAutomationLog', () => {});
    await page.exposeFunction('codeAutomationExit', resolve);
    const payload = [
      ['extensionDevelopmentPath', remote(extension)],
      ['extensionTestsPath', remote(path.join(import.meta.dirname, 'suite.cjs'))],
      ['skipWelcome', 'true'],
    ];
    await page.goto(`${base}/?folder=${workspace}&payload=${encodeURIComponent(JSON.stringify(payload))}`);
  };
  open().catch((error) => {
    console.error(error);
    resolve(2);
  });
});
await browser.close();
process.exit(code);
