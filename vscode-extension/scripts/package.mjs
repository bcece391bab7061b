// Makes the packages below dist/: one with a server inside, if one is named, and one without for all other platforms.
//
//   node scripts/package.mjs                          without a server
//   node scripts/package.mjs --server FILE            and with this one, a linux-x64 executable
//
// The same input gives the same bytes: dates are those of SOURCE_DATE_EPOCH, else of the last commit.

import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

function sourceDate() {
  if (process.env.SOURCE_DATE_EPOCH) {
    return process.env.SOURCE_DATE_EPOCH;
  }
  return execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' }).trim();
}

/** Runs vsce on what is there now. */
function pack(name, ...more) {
  const file = path.join(root, 'dist', name);
  const vsce = path.join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
  execFileSync(process.execPath, [vsce, 'package', '--no-dependencies', '--out', file, ...more], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, SOURCE_DATE_EPOCH: sourceDate() },
  });
  console.log(`dist/${name}: ${(statSync(file).size / 1024).toFixed(0)} KiB`);
}

const at = process.argv.indexOf('--server');
const server = at < 0 ? undefined : process.argv[at + 1];
const inside = path.join(root, 'server');
rmSync(inside, { recursive: true, force: true });
pack(`tallymark-${version}.vsix`);
if (server) {
  mkdirSync(inside);
  const copy = path.join(inside, 'tallymark');
  copyFileSync(server, copy);
  chmodSync(copy, 0o755);
  pack(`tallymark-linux-x64-${version}.vsix`, '--target', 'linux-x64');
  rmSync(inside, { recursive: true });
}
