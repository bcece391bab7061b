// Holds package.json to what it is made from: the server's settings, package.nls.json, and the source.

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);
const read = (...file) => readFileSync(path.join(root, ...file), 'utf8');
const manifest = JSON.parse(read('package.json'));
const words = JSON.parse(read('package.nls.json'));
const wrong = [];

function same(what, expected, actual) {
  for (const one of expected.filter((name) => !actual.includes(name))) wrong.push(`${what}: ${one} is missing`);
  for (const one of actual.filter((name) => !expected.includes(name))) wrong.push(`${what}: ${one} is too much`);
}

// Every setting that the server reads is offered, and nothing else but what this extension or its library reads.
const own = ['server.path', 'trace.server'];
const session = read('..', 'server', 'crates', 'lsp', 'src', 'session.rs');
const reads = [...session.matchAll(/reader\.read\("([\w.]+)"\)/g)].map((match) => match[1]);
const properties = manifest.contributes.configuration.flatMap((group) => Object.entries(group.properties));
const offered = properties.map(([name]) => name.replace(/^tallymark\./, ''));
same('settings', [...reads, ...own], offered);

// Every text stands in package.nls.json, and each of those is used.
const used = [...JSON.stringify(manifest).matchAll(/"%([^%"]+)%"/g)].map((match) => match[1]);
same('package.nls.json', [...new Set(used)], Object.keys(words));

// Every command of the manifest is registered.
const source = readdirSync(path.join(root, 'src')).map((file) => read('src', file)).join('\n');
for (const { command } of manifest.contributes.commands) {
  const verb = /^tallymark\.(\w+)Task$/.exec(command)?.[1];
  if (!source.includes(verb ? `'${verb}'` : `'${command}'`)) wrong.push(`commands: nobody registers ${command}`);
}

for (const one of wrong) console.error(`package.json: ${one}`);
process.exitCode = wrong.length > 0 ? 1 : 0;
