// Keeps one server running: finds it, starts it, starts it again when it crashes, and says once when that does not help.

import * as vscode from 'vscode';
import { LanguageClient, type Middleware } from 'vscode-languageclient/node';

import { makeClient, type Channels } from './client';
import { Crashes } from './crashes';
import { findServer, ServerUnusable, type Server } from './server';
import { text } from './text';

/** What the server is doing, for who shows it. */
export type State =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'running'; readonly server: Server }
  | { readonly kind: 'failed'; readonly message: string };

/** How long a server may take to end when it is asked to, in milliseconds. */
const STOP_LIMIT = 2000;

export class Supervisor implements vscode.Disposable {
  private readonly crashes = new Crashes();
  private readonly changed = new vscode.EventEmitter<State>();
  private readonly watchers: vscode.FileSystemWatcher[];
  private client: LanguageClient | undefined;
  private retry: NodeJS.Timeout | undefined;
  private state: State = { kind: 'stopped' };
  /** Starts and stops wait for each other. */
  private queue: Promise<void> = Promise.resolve();

  /** Tells each new state. */
  readonly onState = this.changed.event;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly channels: Channels,
    private readonly middleware: Middleware,
  ) {
    this.watchers = ['**/status.json', '**/tallymark.toml'].map((glob) =>
      vscode.workspace.createFileSystemWatcher(glob),
    );
  }

  /** The client, if the server runs. */
  get running(): LanguageClient | undefined {
    return this.state.kind === 'running' ? this.client : undefined;
  }

  /** Ends the server if there is one, looks for it anew, and starts it. Never throws: what goes wrong is said. */
  restart(): Promise<void> {
    this.crashes.forget();
    return this.enqueue(async () => {
      await this.end();
      await this.begin();
    });
  }

  stop(): Promise<void> {
    return this.enqueue(async () => {
      await this.end();
      this.become({ kind: 'stopped' });
    });
  }

  dispose(): void {
    clearTimeout(this.retry);
    this.changed.dispose();
    for (const watcher of this.watchers) {
      watcher.dispose();
    }
  }

  private enqueue(work: () => Promise<void>): Promise<void> {
    this.queue = this.queue.then(work).catch((error: unknown) => {
      this.fail(String(error), false);
    });
    return this.queue;
  }

  private async begin(): Promise<void> {
    this.become({ kind: 'starting' });
    let server: Server;
    try {
      server = await findServer({
        // VS Code leaves out what an untrusted workspace says here: package.json lists it as restricted.
        setting: vscode.workspace.getConfiguration('tallymark').get('server.path', ''),
        extension: this.context.extensionPath,
        environment: process.env,
      });
    } catch (error) {
      if (!(error instanceof ServerUnusable)) {
        throw error;
      }
      this.fail(error.message, error.aboutSetting);
      return;
    }
    this.channels.log.info(`Server ${server.version}: ${server.path} (${server.origin})`);
    let ended = false;
    const onEnd = (): void => {
      // A start that fails and a connection that closes are one crash.
      if (!ended && this.client === client) {
        ended = true;
        this.crashed();
      }
    };
    const client = makeClient(server, this.channels, this.watchers, this.middleware, onEnd);
    this.client = client;
    try {
      await client.start();
    } catch (error) {
      this.channels.log.error(`The server did not start: ${String(error)}`);
      onEnd();
      return;
    }
    // The connection may have closed again meanwhile.
    if (client.isRunning()) {
      this.become({ kind: 'running', server });
    }
  }

  private async end(): Promise<void> {
    clearTimeout(this.retry);
    this.retry = undefined;
    const client = this.client;
    this.client = undefined;
    try {
      await client?.dispose(STOP_LIMIT);
    } catch (error) {
      // One that has crashed cannot be stopped; its process is gone.
      this.channels.log.debug(`While stopping: ${String(error)}`);
    }
  }

  private crashed(): void {
    const delay = this.crashes.count(performance.now());
    if (delay === undefined) {
      this.fail(text.crashed, false);
      return;
    }
    this.channels.log.warn(`The server ended unexpectedly; it is started again in ${String(delay)} ms.`);
    this.become({ kind: 'starting' });
    this.retry = setTimeout(() => {
      void this.enqueue(async () => {
        await this.end();
        await this.begin();
      });
    }, delay);
  }

  private become(state: State): void {
    this.state = state;
    this.changed.fire(state);
  }

  /** Says once what is wrong and what can be done. */
  private fail(message: string, aboutSetting: boolean): void {
    this.channels.log.error(message);
    this.become({ kind: 'failed', message });
    const first = aboutSetting ? text.openSettings : text.restart;
    void vscode.window.showErrorMessage(`Tallymark: ${message}`, first, text.showLog).then((chosen) => {
      if (chosen === text.openSettings) {
        void vscode.commands.executeCommand('workbench.action.openSettings', 'tallymark.server.path');
      } else if (chosen === text.restart) {
        void this.restart();
      } else if (chosen === text.showLog) {
        this.channels.log.show();
      }
    });
  }
}
