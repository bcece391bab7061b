// The connection to one run of the server.

import * as vscode from 'vscode';
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  RevealOutputChannelOn,
  TransportKind,
  type LanguageClientOptions,
  type Middleware,
} from 'vscode-languageclient/node';

import type { Server } from './server';

/** What the server takes: plans, what is recorded of them, and the settings of both. Files on disk only. */
const DOCUMENTS = [
  { scheme: 'file', language: 'markdown' },
  { scheme: 'file', pattern: '**/status.json' },
  { scheme: 'file', pattern: '**/tallymark.toml' },
];

/** The channels that everything is logged to; they outlive a run. */
export interface Channels {
  readonly log: vscode.LogOutputChannel;
  readonly trace: vscode.OutputChannel;
}

/** The library tells some troubles in messages of its own, several at once for a crash. Here they go to the log alone. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }

  override warn(message: string, data?: unknown): void {
    super.warn(message, data, false);
  }

  override info(message: string, data?: unknown): void {
    super.info(message, data, false);
  }
}

/** Makes a client that is not started. `onEnd` is called when the connection closes without having been asked to. */
export function makeClient(
  server: Server,
  channels: Channels,
  watchers: vscode.FileSystemWatcher[],
  middleware: Middleware,
  onEnd: () => void,
): LanguageClient {
  const executable = { command: server.path, args: ['lsp'], transport: TransportKind.stdio };
  const options: LanguageClientOptions = {
    documentSelector: DOCUMENTS,
    diagnosticCollectionName: 'tallymark',
    initializationOptions: { ...vscode.workspace.getConfiguration('tallymark') },
    synchronize: { fileEvents: watchers },
    outputChannel: channels.log,
    traceOutputChannel: channels.trace,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    initializationFailedHandler: () => false,
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      // Whether it is started again is decided by who made this client.
      closed: () => {
        onEnd();
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    },
    middleware,
  };
  return new QuietClient('tallymark', 'Tallymark', executable, options);
}
