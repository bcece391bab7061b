// Makes dist/extension.js: the extension and what it needs in one file.
//
//   node scripts/bundle.mjs [--watch]

import { build, context } from 'esbuild';

const options = {
  entryPoints: ['src/extension.ts'],
  outfile: 'dist/extension.js',
  bundle: true,
  platform: 'node',
  // What VS Code 1.93 runs extensions with.
  target: 'node20',
  format: 'cjs',
  external: ['vscode'],
  minify: true,
  sourcemap: process.argv.includes('--watch') ? 'inline' : false,
  legalComments: 'eof',
  logLevel: 'warning',
};

if (process.argv.includes('--watch')) {
  await (await context(options)).watch();
} else {
  await build(options);
}
