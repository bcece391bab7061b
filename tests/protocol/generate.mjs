// Makes JSON schemas of all that a language server may send, from the official types of the protocol: the npm package
// lists its methods at run time, and has their parameters and results as TypeScript types.
//
//   node generate.mjs        writes generated/{messages.ts,results.json,requests.json,notifications.json}
import fs from 'node:fs';
import * as namespace from 'vscode-languageserver-protocol';
import { createGenerator } from 'ts-json-schema-generator';

const here = new URL('.', import.meta.url).pathname;
const protocol = namespace.default ?? namespace;

const requests = new Map();
const notifications = new Map();
for (const [name, value] of Object.entries(protocol)) {
  const type = value?.type;
  if (typeof type?.method !== 'string') continue;
  const methods = name.endsWith('Notification') ? notifications : requests;
  if (!methods.has(type.method)) methods.set(type.method, { name, type, direction: value.messageDirection });
}

/** One line of an interface for each method that goes in a direction. */
function members(methods, direction, typeOf) {
  const lines = [];
  for (const [method, entry] of methods) {
    if (entry.direction !== direction && entry.direction !== 'both') continue;
    lines.push(`  '${method}': ${typeOf(entry)};`);
  }
  return lines.join('\n');
}

const parameters = ({ name }) => `Parameters_<typeof protocol.${name}.type>`;
// `shutdown` has a type of its own kind, as it has no parameters; the specification answers it with null.
const result = ({ name, type }) => (type.method === 'shutdown' ? 'null' : `Result_<typeof protocol.${name}.type>`);

fs.mkdirSync(`${here}generated`, { recursive: true });
fs.writeFileSync(
  `${here}generated/messages.ts`,
  `import * as protocol from 'vscode-languageserver-protocol';

type Parameters_<T> =
  T extends protocol.ProtocolRequestType<infer P, any, any, any, any> ? P :
  T extends protocol.ProtocolNotificationType<infer P, any> ? P : null;
type Result_<T> = T extends protocol.ProtocolRequestType<any, infer R, any, any, any> ? R : '?';

/** What a server answers, by method. */
export interface Results {
${members(requests, 'clientToServer', result)}
}

/** The parameters of what a server asks. */
export interface Requests {
${members(requests, 'serverToClient', parameters)}
}

/** The parameters of what a server tells. */
export interface Notifications {
${members(notifications, 'serverToClient', parameters)}
  '$/progress': {
    token: protocol.ProgressToken;
    value: protocol.WorkDoneProgressBegin | protocol.WorkDoneProgressReport | protocol.WorkDoneProgressEnd;
  };
  '$/logTrace': protocol.LogTraceParams;
  '$/cancelRequest': { id: protocol.integer | string };
}
`,
);

for (const type of ['Results', 'Requests', 'Notifications']) {
  const schema = createGenerator({
    path: `${here}generated/messages.ts`,
    tsconfig: `${here}tsconfig.json`,
    type,
    skipTypeCheck: true,
    additionalProperties: false,
    strictTuples: true,
  }).createSchema(type);
  // TypeScript knows numbers only; the specification says which.
  const { definitions } = schema;
  if (definitions.uinteger) Object.assign(definitions.uinteger, { type: 'integer', minimum: 0, maximum: 2 ** 31 - 1 });
  if (definitions.integer) Object.assign(definitions.integer, { type: 'integer', minimum: -(2 ** 31), maximum: 2 ** 31 - 1 });
  fs.writeFileSync(`${here}generated/${type.toLowerCase()}.json`, JSON.stringify(schema));
}
