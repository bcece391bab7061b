// Where VS Code starts and ends the extension.

import * as vscode from 'vscode';
import { DidChangeConfigurationNotification } from 'vscode-languageclient/node';

import { executeCommand, registerMarks } from './marks';
import { ProgressItem, refreshWith } from './progress';
import { registerServerStatus } from './serverStatus';
import { Supervisor } from './supervisor';

let supervisor: Supervisor | undefined;

/** Returns at once: the server starts meanwhile. */
export function activate(context: vscode.ExtensionContext): void {
  const channels = {
    log: vscode.window.createOutputChannel('Tallymark', { log: true }),
    trace: vscode.window.createOutputChannel('Tallymark Trace'),
  };
  const shown: { progress?: ProgressItem } = {};
  const middleware = { executeCommand, ...refreshWith((document) => shown.progress?.changed(document)) };
  const running = new Supervisor(context, channels, middleware);
  supervisor = running;
  const progress = new ProgressItem(running);
  shown.progress = progress;
  context.subscriptions.push(
    channels.log,
    channels.trace,
    running,
    progress,
    registerServerStatus(running),
    ...registerMarks(running),
    vscode.commands.registerCommand('tallymark.restartServer', () => running.restart()),
    vscode.commands.registerCommand('tallymark.showLog', () => {
      channels.log.show();
    }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('tallymark.server.path')) {
        void running.restart();
      } else if (change.affectsConfiguration('tallymark')) {
        // It asks for them then.
        void running.running?.sendNotification(DidChangeConfigurationNotification.type, { settings: null });
      }
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      // The workspace's own tallymark.server.path counts from now on.
      if (vscode.workspace.getConfiguration('tallymark').inspect('server.path')?.workspaceValue !== undefined) {
        void running.restart();
      }
    }),
  );
  void running.restart();
}

export function deactivate(): Promise<void> | undefined {
  return supervisor?.stop();
}
