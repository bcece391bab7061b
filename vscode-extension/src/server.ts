// Which executable is the server, and whether it is one that this extension can talk to.

import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';

/** The oldest server that has all that this extension asks for. */
export const OLDEST_SERVER = '0.1.0';

/** How long `--version` may take, in milliseconds. A healthy server needs a few; a disk that wakes up, more. */
const VERSION_LIMIT = 20_000;

/** Where an executable was found. */
export type Origin = 'setting' | 'bundled' | 'path';

/** An executable that said that it is the server. */
export interface Server {
  readonly path: string;
  readonly origin: Origin;
  /** `0.1.0` */
  readonly version: string;
}

/** Why there is no server that can be used, in words for the person. */
export class ServerUnusable extends Error {
  /** @param aboutSetting Whether the setting `tallymark.server.path` is what has to be changed. */
  constructor(
    message: string,
    readonly aboutSetting: boolean,
  ) {
    super(message);
  }
}

/** What decides which executable is taken. */
export interface Places {
  /** The setting `tallymark.server.path`; empty if it is not set. */
  readonly setting: string;
  /** The folder of the extension. */
  readonly extension: string;
  /** The environment that holds PATH. */
  readonly environment: NodeJS.ProcessEnv;
}

const EXECUTABLE = process.platform === 'win32' ? 'tallymark.exe' : 'tallymark';

/**
 * Finds the server: the one of the setting, else the one that came with the extension, else the first on PATH; and asks it
 * for its version.
 *
 * @throws {ServerUnusable} There is none, or it cannot be used.
 */
export async function findServer(places: Places): Promise<Server> {
  const [file, origin] = await locate(places);
  const version = await askVersion(file, origin);
  if (compareVersions(version, OLDEST_SERVER) < 0) {
    throw new ServerUnusable(
      `The server ${file} is version ${version}; this extension needs ${OLDEST_SERVER} or later. Please update it.`,
      origin === 'setting',
    );
  }
  return { path: file, origin, version };
}

async function locate(places: Places): Promise<[string, Origin]> {
  const setting = places.setting.trim();
  if (setting !== '') {
    const file = setting.startsWith('~/') ? path.join(os.homedir(), setting.slice(2)) : setting;
    if (!path.isAbsolute(file)) {
      throw new ServerUnusable(`The setting tallymark.server.path is "${setting}"; it must be an absolute path.`, true);
    }
    const problem = await whyNotExecutable(file);
    if (problem !== undefined) {
      throw new ServerUnusable(`The setting tallymark.server.path is "${setting}", which ${problem}.`, true);
    }
    return [file, 'setting'];
  }
  const bundled = path.join(places.extension, 'server', EXECUTABLE);
  if ((await whyNotExecutable(bundled)) === undefined) {
    return [bundled, 'bundled'];
  }
  for (const folder of (places.environment['PATH'] ?? '').split(path.delimiter)) {
    // A relative folder would mean whatever lies in the workspace.
    if (!path.isAbsolute(folder)) {
      continue;
    }
    const file = path.join(folder, EXECUTABLE);
    if ((await whyNotExecutable(file)) === undefined) {
      return [file, 'path'];
    }
  }
  throw new ServerUnusable(
    'The program "tallymark" was not found: it came not with this extension, and is not on PATH. ' +
      'Install it, or say where it is in the setting tallymark.server.path.',
    true,
  );
}

/** `undefined` if the file can be executed; else the end of a sentence. */
async function whyNotExecutable(file: string): Promise<string | undefined> {
  try {
    if (!(await stat(file)).isFile()) {
      return 'is not a file';
    }
  } catch {
    return 'does not exist';
  }
  try {
    await access(file, constants.X_OK);
  } catch {
    return 'may not be executed';
  }
  return undefined;
}

async function askVersion(file: string, origin: Origin): Promise<string> {
  let output: string;
  try {
    const done = await promisify(execFile)(file, ['--version'], { timeout: VERSION_LIMIT, windowsHide: true });
    output = done.stdout;
  } catch (error) {
    throw new ServerUnusable(`The server ${file} does not run: ${reasonOf(error)}.`, origin === 'setting');
  }
  const version = /^tallymark (\d+\.\d+\.\d+)/.exec(output)?.[1];
  if (version === undefined) {
    throw new ServerUnusable(`${file} is another program than Tallymark's server.`, origin === 'setting');
  }
  return version;
}

/** What an error of `execFile` means, as the end of a sentence. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const { code, killed, signal } = error as { code?: unknown; killed?: boolean; signal?: unknown };
  if (killed === true) {
    return `it did not say its version within ${String(VERSION_LIMIT / 1000)} s`;
  }
  if (typeof signal === 'string') {
    return `it was ended by ${signal}`;
  }
  if (typeof code === 'number') {
    return `it ended with ${String(code)} when asked for its version`;
  }
  // What the system says to a file for another processor or another system.
  if (code === 'ENOEXEC' || code === 'UNKNOWN' || code === 'EBADARCH') {
    return 'it is not made for this computer';
  }
  return error.message;
}

/** Below, at, or above 0, as `a` is older than, the same as, or newer than `b`. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  for (let part = 0; part < 3; part += 1) {
    const difference = (left?.[part] ?? 0) - (right?.[part] ?? 0);
    if (difference !== 0) {
      return difference;
    }
  }
  return 0;
}
