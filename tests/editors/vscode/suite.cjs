// Runs inside the extension host of a real VS Code, with the real `vscode` API, on a copy of sample-plans/phased. In this
// sample the boxes are ticked as the work goes on (boxes = "mirror").

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const vscode = require('vscode');

// How long anything may take before the test has failed, in milliseconds. Nothing is expected to take as long.
const PATIENCE = 30_000;

const root = vscode.workspace.workspaceFolders[0].uri.fsPath;
const plan = vscode.Uri.file(path.join(root, 'docs/plans/offline-map-tiles.md'));
const status = vscode.Uri.file(path.join(root, 'docs/plan-outputs/offline-map-tiles/status.json'));

/** Waits until `look` gives what is expected. */
async function eventually(expected, look) {
  const until = Date.now() + PATIENCE;
  for (;;) {
    const seen = await look();
    try {
      assert.deepEqual(seen, expected);
      return;
    } catch (error) {
      if (Date.now() > until) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const text = () => vscode.window.activeTextEditor.document.getText().split('\n');
const lineOf = (words) => {
  const line = text().findIndex((one) => one.includes(words));
  assert.ok(line >= 0, `no line contains ${words}`);
  return line;
};

/** The codes of the diagnostics of a file, by line. */
const codes = (uri) =>
  Object.fromEntries(
    vscode.languages
      .getDiagnostics(uri)
      .filter((one) => one.source === 'tallymark')
      .map((one) => [one.range.start.line, typeof one.code === 'object' ? one.code.value : one.code]),
  );

const label = (hint) => (typeof hint.label === 'string' ? hint.label : hint.label.map((part) => part.value).join(''));

/** The hint behind the line that contains some words; empty if there is none. */
async function hint(words) {
  const line = lineOf(words);
  const range = new vscode.Range(line, 0, line + 1, 0);
  const hints = await vscode.commands.executeCommand('vscode.executeInlayHintProvider', plan, range);
  const own = hints.find((one) => one.position.line === line);
  return own ? label(own).trim() : '';
}

/** The same without the time that a task is in progress. */
const stateHint = async (words) => (await hint(words)).replace(/^(in progress) .*/, '$1');

/** The titles of the lenses of the line that contains some words. */
async function lenses(words) {
  const line = lineOf(words);
  const all = await vscode.commands.executeCommand('vscode.executeCodeLensProvider', plan, 500);
  return all.filter((one) => one.range.start.line === line).map((one) => one.command.title);
}

const stored = (id) => JSON.parse(fs.readFileSync(status.fsPath, 'utf8')).tasks.find((task) => task.id === id);

async function goTo(words) {
  const editor = await vscode.window.showTextDocument(plan);
  const line = lineOf(words);
  editor.selection = new vscode.Selection(line, 0, line, 0);
}

/** The processes of this run whose command line has a word. */
function processes(word) {
  return fs.readdirSync('/proc').filter((pid) => {
    try {
      const marked = fs.readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
      const words = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      const ours = marked.includes(`TALLYMARK_EDITOR_TEST=${process.env.TALLYMARK_EDITOR_TEST}`);
      return ours && words[0].endsWith('/tallymark') && words.includes(word);
    } catch {
      return false;
    }
  });
}

const steps = {
  'the extension is awake when a plan is open': async () => {
    const extension = vscode.extensions.getExtension('tallymark.tallymark');
    await vscode.window.showTextDocument(plan);
    await eventually(true, () => extension.isActive);
  },
  'the diagnostics say where plan and status.json disagree': async () => {
    const expected = { [lineOf('1.3 Read')]: 'TM103', [lineOf('1.4 Evict')]: 'TM104', [lineOf('2.3 Resume')]: 'TM108' };
    await eventually(expected, () => codes(plan));
    await eventually(['TM102', 'TM109'], () => Object.values(codes(status)));
  },
  'the hints say how far plan, phases and tasks are': async () => {
    await eventually('4/10 · 40%', () => hint('# Implementation Plan'));
    await eventually('3/4 · 75%', () => hint('## Phase 1'));
    await eventually('in progress', () => stateHint('2.2 Estimate'));
    assert.equal(await hint('2.4 Show'), '');
  },
  'the lenses offer what can be done next': async () => {
    await eventually(['Complete'], () => lenses('2.2 Estimate'));
    await eventually(['Start', 'Complete'], () => lenses('2.4 Show'));
  },
  'a hover tells of the task, and the outline has it': async () => {
    const at = new vscode.Position(lineOf('2.2 Estimate'), 8);
    const hovers = await vscode.commands.executeCommand('vscode.executeHoverProvider', plan, at);
    assert.match(hovers.flatMap((one) => one.contents.map((part) => part.value)).join('\n'), /2\.2/);
    const symbols = await vscode.commands.executeCommand('vscode.executeDocumentSymbolProvider', plan);
    const phases = symbols.filter((one) => one.children.some((child) => child.name.startsWith('2.2 Estimate')));
    assert.deepEqual(phases.map((one) => one.detail), ['1/4 · 25%']);
  },
  'Mark Task Complete changes status.json on disk, and the box in the editor': async () => {
    await goTo('2.2 Estimate');
    await vscode.commands.executeCommand('tallymark.completeTask');
    await eventually('completed', () => stored('2.2').status);
    assert.ok(stored('2.2').completedAt, 'it says when');
    await eventually('- [x] 2.2 Estimate its size before the download', () => text()[lineOf('2.2 Estimate')]);
    await eventually('5/10 · 50%', () => hint('# Implementation Plan'));
    await eventually([], () => lenses('2.2 Estimate'));
    await vscode.window.activeTextEditor.document.save();
  },
  'Reopen Task makes it pending again': async () => {
    await vscode.commands.executeCommand('tallymark.reopenTask');
    await eventually('pending', () => stored('2.2').status);
    await eventually('- [ ] 2.2 Estimate its size before the download', () => text()[lineOf('2.2 Estimate')]);
    await vscode.window.activeTextEditor.document.save();
  },
  'a lens marks too': async () => {
    const all = await vscode.commands.executeCommand('vscode.executeCodeLensProvider', plan, 500);
    const lens = all.find((one) => one.range.start.line === lineOf('2.2 Estimate') && one.command.title === 'Start');
    await vscode.commands.executeCommand(lens.command.command, ...lens.command.arguments);
    await eventually('in_progress', () => stored('2.2').status);
  },
  'what another process marks is seen': async () => {
    const tallymark = (...words) => execFileSync('tallymark', [...words, '--plan', plan.fsPath], { cwd: root });
    tallymark('start', '2.4');
    await eventually('in progress', () => stateHint('2.4 Show'));
    tallymark('complete', '2.4');
    await eventually('completed', () => hint('2.4 Show'));
  },
  'an untouched plan has the quick fix of its finding': async () => {
    const line = lineOf('1.4 Evict');
    const range = new vscode.Range(line, 0, line, 3);
    const actions = await vscode.commands.executeCommand('vscode.executeCodeActionProvider', plan, range, 'quickfix');
    assert.ok(actions.length > 0, 'there is one');
  },
  'a setting changes what is shown': async () => {
    const settings = vscode.workspace.getConfiguration('tallymark');
    await settings.update('codeLens', false, vscode.ConfigurationTarget.Workspace);
    await eventually([], () => lenses('## Phase 1'));
    await settings.update('codeLens', undefined, vscode.ConfigurationTarget.Workspace);
    await eventually(true, async () => (await lenses('## Phase 1')).length > 0);
  },
  'a markdown file without a plan gets nothing': async () => {
    const document = await vscode.workspace.openTextDocument({ language: 'markdown', content: '# Notes\n\nSome words.\n' });
    const found = await vscode.commands.executeCommand('vscode.executeCodeLensProvider', document.uri, 500);
    assert.deepEqual(found, []);
  },
  'a server that is killed comes back by itself': async () => {
    await vscode.window.showTextDocument(plan);
    const before = processes('lsp');
    assert.equal(before.length, 1, `one server: ${before}`);
    process.kill(Number(before[0]), 'SIGKILL');
    await eventually(true, () => processes('lsp').length === 1 && processes('lsp')[0] !== before[0]);
    await eventually('3/4 · 75%', () => hint('## Phase 1'));
  },
  'Restart Server leaves one server': async () => {
    const [before] = processes('lsp');
    await vscode.commands.executeCommand('tallymark.restartServer');
    await eventually(true, () => processes('lsp').length === 1 && processes('lsp')[0] !== before);
    await eventually('3/4 · 75%', () => hint('## Phase 1'));
  },
};

/** Called by VS Code. One line a step into the file that RESULTS names; the first step that fails ends it. */
exports.run = async () => {
  const say = (line) => fs.appendFileSync(process.env.RESULTS, `${line}\n`);
  for (const [name, step] of Object.entries(steps)) {
    try {
      await step();
    } catch (error) {
      say(`  FAIL  ${name}\n${error.stack ?? error}`);
      throw error;
    }
    say(`  ok    ${name}`);
  }
};
