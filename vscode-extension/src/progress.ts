// How far the plan of the active editor is, in the status bar. All of it is what the server shows in the file anyway.

import * as vscode from 'vscode';
import {
  DocumentSymbol,
  DocumentSymbolRequest,
  InlayHintRequest,
  type InlayHint,
  type LanguageClient,
  type Middleware,
} from 'vscode-languageclient/node';

import type { Supervisor } from './supervisor';
import { text } from './text';

/** Says to `when` clauses whether the active editor shows a plan. */
const IS_PLAN = 'tallymark.activeFileIsPlan';

/** While one types, the server is asked this long after the last change, in milliseconds. */
const REST = 250;

/** What the server shows of a document. */
interface Shown {
  readonly isPlan: boolean;
  /** The hint behind the title. */
  readonly title: InlayHint | undefined;
}

export class ProgressItem implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('tallymark.progress', vscode.StatusBarAlignment.Left, 10);
  private readonly subscriptions: vscode.Disposable[];
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly supervisor: Supervisor) {
    this.item.name = text.serverName;
    this.item.command = 'workbench.action.gotoSymbol';
    this.subscriptions = [
      vscode.window.onDidChangeActiveTextEditor(() => {
        this.refresh(0);
      }),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        this.changed(document);
      }),
      supervisor.onState(() => {
        this.refresh(0);
      }),
    ];
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.item.dispose();
    for (const subscription of this.subscriptions) {
      subscription.dispose();
    }
  }

  /** Looks anew if the document is the one that is shown. */
  changed(document: Pick<vscode.TextDocument, 'uri'>): void {
    if (document.uri.toString() === vscode.window.activeTextEditor?.document.uri.toString()) {
      this.refresh(REST);
    }
  }

  /** Looks anew after so many milliseconds without another call. */
  private refresh(delay: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      void this.show();
    }, delay);
  }

  private async show(): Promise<void> {
    const client = this.supervisor.running;
    const document = vscode.window.activeTextEditor?.document;
    let shown: Shown = { isPlan: false, title: undefined };
    if (client !== undefined && document?.languageId === 'markdown' && document.uri.scheme === 'file') {
      try {
        shown = await look(client, document);
      } catch (error) {
        // The server may be ending, or the document have changed: then we are called again.
        client.debug(`The progress could not be asked for: ${String(error)}`);
        return;
      }
    }
    if (document !== vscode.window.activeTextEditor?.document) {
      return;
    }
    await vscode.commands.executeCommand('setContext', IS_PLAN, shown.isPlan);
    if (shown.title === undefined || document === undefined) {
      this.item.hide();
      return;
    }
    const progress = labelOf(shown.title);
    const name = document.uri.path.slice(document.uri.path.lastIndexOf('/') + 1);
    this.item.text = `$(checklist) ${progress}`;
    this.item.tooltip = [text.progressOf(name), tooltipOf(shown.title)].join('\n');
    this.item.accessibilityInformation = { label: `${text.progressOf(name)}: ${progress}` };
    this.item.show();
  }
}

/** What makes the server's answers change without the document: a status.json that another process has written. */
export function refreshWith(changed: (document: Pick<vscode.TextDocument, 'uri'>) => void): Middleware {
  return {
    handleDiagnostics: (uri, diagnostics, next) => {
      next(uri, diagnostics);
      changed({ uri });
    },
    provideCodeLenses: (document, token, next) => {
      changed(document);
      return next(document, token);
    },
    provideInlayHints: (document, range, token, next) => {
      changed(document);
      return next(document, range, token);
    },
  };
}

async function look(client: LanguageClient, document: vscode.TextDocument): Promise<Shown> {
  const textDocument = client.code2ProtocolConverter.asTextDocumentIdentifier(document);
  const symbols = await client.sendRequest(DocumentSymbolRequest.type, { textDocument });
  const first = symbols?.[0];
  if (!DocumentSymbol.is(first)) {
    return { isPlan: false, title: undefined };
  }
  // The title stands above all phases and tasks; what is below has progress of its own.
  const end = { line: first.selectionRange.start.line, character: 0 };
  if (end.line === 0) {
    return { isPlan: true, title: undefined };
  }
  const range = { start: { line: 0, character: 0 }, end };
  const hints = await client.sendRequest(InlayHintRequest.type, { textDocument, range });
  return { isPlan: true, title: hints?.find((hint) => hint.position.line < end.line) };
}

function labelOf(hint: InlayHint): string {
  const label = typeof hint.label === 'string' ? hint.label : hint.label.map((part) => part.value).join('');
  return label.trim();
}

function tooltipOf(hint: InlayHint): string {
  return typeof hint.tooltip === 'string' ? hint.tooltip : (hint.tooltip?.value ?? '');
}
