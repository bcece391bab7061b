// Whether the server runs, beside the language in the status bar of markdown files.

import * as vscode from 'vscode';

import type { State, Supervisor } from './supervisor';
import { text } from './text';

export function registerServerStatus(supervisor: Supervisor): vscode.Disposable {
  const item = vscode.languages.createLanguageStatusItem('tallymark.server', { scheme: 'file', language: 'markdown' });
  item.name = text.serverName;
  item.command = { title: text.restart, command: 'tallymark.restartServer' };
  const subscription = supervisor.onState((state) => {
    item.busy = state.kind === 'starting';
    item.severity =
      state.kind === 'failed' ? vscode.LanguageStatusSeverity.Error : vscode.LanguageStatusSeverity.Information;
    item.text = text.serverName;
    item.detail = detailOf(state);
  });
  return vscode.Disposable.from(item, subscription);
}

function detailOf(state: State): string {
  switch (state.kind) {
    case 'starting':
      return text.starting;
    case 'stopped':
      return text.stopped;
    case 'running':
      return `${state.server.version} · ${state.server.path}`;
    case 'failed':
      return state.message;
  }
}
