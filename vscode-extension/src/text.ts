// What is said to people, translatable. What the manifest says is in package.nls.json.

import { l10n } from 'vscode';

export const text = {
  openSettings: l10n.t('Open Settings'),
  restart: l10n.t('Restart Server'),
  showLog: l10n.t('Show Log'),
  manageTrust: l10n.t('Manage Workspace Trust'),
  crashed: l10n.t('The server has crashed five times within three minutes and is not started again.'),
  untrusted: l10n.t('This workspace is not trusted, so nothing is changed in it.'),
  notRunning: l10n.t('The server is not running.'),
  notAPlan: l10n.t('This file is no plan.'),
  whatWentWrong: l10n.t('What went wrong?'),
  whySkipped: l10n.t('Why is it skipped?'),
  reasonMayBeEmpty: l10n.t('Enter to mark the task, also without a text; Escape to leave it as it is'),
  progressOf: (name: string) => l10n.t('Progress of the plan “{0}”', name),
  serverName: l10n.t('Tallymark'),
  starting: l10n.t('Starting…'),
  stopped: l10n.t('Stopped'),
} as const;
