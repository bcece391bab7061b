// Marking tasks: the commands of the palette, and the questions that go with a mark.

import * as vscode from 'vscode';
import {
  CodeActionRequest,
  CodeActionTriggerKind,
  type CodeAction,
  type Command,
  type Middleware,
} from 'vscode-languageclient/node';

import type { Supervisor } from './supervisor';
import { text } from './text';

/** The ways to mark: the last word of the server's code action kind, and of the command in the palette. */
const VERBS = ['start', 'complete', 'retry', 'fail', 'skip', 'reset', 'reopen'] as const;
type Verb = (typeof VERBS)[number];

/** How the sentence ends that says that nothing is there to be marked. */
const NOTHING: Readonly<Record<Verb, string>> = {
  start: vscode.l10n.t('Nothing here can be started.'),
  complete: vscode.l10n.t('Nothing here can be marked complete.'),
  retry: vscode.l10n.t('Nothing here can be retried.'),
  fail: vscode.l10n.t('Nothing here can be marked failed.'),
  skip: vscode.l10n.t('Nothing here can be skipped.'),
  reset: vscode.l10n.t('Nothing here can be put back to pending.'),
  reopen: vscode.l10n.t('Nothing here can be reopened.'),
};

/** `tallymark.startTask` and so on: they mark the task of the cursor's line, the tasks of a selection, or of a phase. */
export function registerMarks(supervisor: Supervisor): vscode.Disposable[] {
  return VERBS.map((verb) =>
    vscode.commands.registerTextEditorCommand(`tallymark.${verb}Task`, (editor) => {
      void mark(verb, editor, supervisor);
    }),
  );
}

async function mark(verb: Verb, editor: vscode.TextEditor, supervisor: Supervisor): Promise<void> {
  const client = supervisor.running;
  if (client === undefined) {
    warn(text.notRunning);
    return;
  }
  const kind = `refactor.rewrite.tallymark.${verb}`;
  const { uri } = editor.document;
  let actions: (Command | CodeAction)[] | null;
  try {
    actions = await client.sendRequest(CodeActionRequest.type, {
      textDocument: client.code2ProtocolConverter.asTextDocumentIdentifier(editor.document),
      range: client.code2ProtocolConverter.asRange(editor.selection),
      context: { only: [kind], diagnostics: [], triggerKind: CodeActionTriggerKind.Invoked },
    });
  } catch (error) {
    warn(error instanceof Error ? error.message : String(error));
    return;
  }
  if (actions === null && uri.path.endsWith('.md')) {
    warn(text.notAPlan);
    return;
  }
  const action = actions?.find((one): one is CodeAction => 'kind' in one && one.kind === kind);
  if (action?.disabled !== undefined) {
    warn(action.disabled.reason);
  } else if (action?.command !== undefined) {
    // As a lens does it: through the middleware below.
    await vscode.commands.executeCommand(action.command.command, ...((action.command.arguments ?? []) as unknown[]));
  } else {
    warn(NOTHING[verb]);
  }
}

/** The server's commands that change nothing. */
const READING = new Set(['tallymark.open']);

/**
 * Every command of the server passes here, from wherever it came: the palette, a lens, the light bulb. A workspace that is not
 * trusted is not changed; and what the server wants to know with a mark is asked, which the protocol cannot.
 */
export const executeCommand: NonNullable<Middleware['executeCommand']> = async (command, args, next): Promise<unknown> => {
  if (!vscode.workspace.isTrusted && !READING.has(command)) {
    await refuseUntrusted();
    return undefined;
  }
  const [first, ...rest] = args as unknown[];
  const question = command === 'tallymark.mark' ? questionOf(first) : undefined;
  if (question === undefined) {
    return next(command, args) as unknown;
  }
  const reason = await vscode.window.showInputBox({ title: question, prompt: text.reasonMayBeEmpty });
  // Nothing is a cancelled question, which changes nothing; an empty answer is one.
  return reason === undefined ? undefined : (next(command, [{ ...(first as object), reason }, ...rest]) as unknown);
};

/** What to ask before a mark is set; `undefined` if nothing is, or it is answered already. */
function questionOf(argument: unknown): string | undefined {
  const { question, reason } = (argument ?? {}) as { question?: unknown; reason?: unknown };
  if (reason !== undefined) {
    return undefined;
  }
  return question === 'error' ? text.whatWentWrong : question === 'reason' ? text.whySkipped : undefined;
}

async function refuseUntrusted(): Promise<void> {
  const chosen = await vscode.window.showWarningMessage(`Tallymark: ${text.untrusted}`, text.manageTrust);
  if (chosen !== undefined) {
    await vscode.commands.executeCommand('workbench.trust.manage');
  }
}

function warn(message: string): void {
  void vscode.window.showWarningMessage(`Tallymark: ${message}`);
}
