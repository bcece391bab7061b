// Holds what a server said in captured sessions against the protocol: every message has the official type, and every
// request that the client sent in a session with a regular end has exactly one answer.
//
//   node check.mjs FOLDER    where NAME.in is what a client wrote, byte for byte, and NAME.out what it read
import fs from 'node:fs';
import path from 'node:path';
import Ajv from 'ajv';

const ajv = new Ajv({ allErrors: true, strict: false });
const known = {};
for (const kind of ['Results', 'Requests', 'Notifications']) {
  const schema = JSON.parse(fs.readFileSync(new URL(`generated/${kind.toLowerCase()}.json`, import.meta.url)));
  ajv.addSchema(schema, kind);
  known[kind] = schema.definitions[kind].properties;
}

/** Our own methods have no official type; `docs/lsp-extensions.md` describes them, and a test holds that list. */
const isOwn = (method) => method.startsWith('tallymark/');

function validator(kind, method) {
  const name = method.replaceAll('~', '~0').replaceAll('/', '~1').replaceAll('$', '%24');
  return ajv.getSchema(`${kind}#/definitions/${kind}/properties/${name}`);
}

function problemsOf(kind, method, value) {
  if (isOwn(method)) return [];
  if (!(method in known[kind])) return [`${method} is not in the protocol's ${kind.toLowerCase()}`];
  const validate = validator(kind, method);
  if (validate(value)) return [];
  return validate.errors.map((error) => `${method}${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`);
}

/** The bodies of the messages in a stream of frames. The last one may be cut off: its writer was ended. */
function* bodies(stream) {
  for (let at = 0; ; ) {
    const end = stream.indexOf('\r\n\r\n', at);
    if (end < 0) return;
    const length = /content-length: *(\d+)/i.exec(stream.toString('latin1', at, end))?.[1];
    if (length === undefined) {
      at = end + 4;
      continue;
    }
    at = end + 4 + Number(length);
    if (at > stream.length) return;
    yield stream.toString('utf8', end + 4, at);
  }
}

/** What the client asked, by id; and whether it ended the session as clients do. Some tests send what is no JSON. */
function asked(stream) {
  const requests = new Map();
  let ended = false;
  for (const body of bodies(stream)) {
    let message;
    try {
      message = JSON.parse(body);
    } catch {
      continue;
    }
    if (typeof message?.method !== 'string') continue;
    if (message.method === 'exit') ended = true;
    if (Number.isInteger(message.id) || typeof message.id === 'string') requests.set(message.id, message.method);
  }
  return { requests, ended };
}

function problemsOfMessage(message, requests) {
  if (message.jsonrpc !== '2.0') return ['jsonrpc is not "2.0"'];
  if (message.method !== undefined) {
    return problemsOf(message.id === undefined ? 'Notifications' : 'Requests', message.method, message.params ?? null);
  }
  if ('result' in message === 'error' in message) return ['an answer has a result or an error, and not both'];
  if (message.error && !(Number.isInteger(message.error.code) && typeof message.error.message === 'string')) {
    return ['an error has a number as its code, and a message'];
  }
  // To what is no request there is an error without an id.
  if (message.id === null) return message.error ? [] : ['an answer without an id'];
  const method = requests.get(message.id);
  if (method === undefined) return [`an answer to ${message.id}, which was not asked, or is answered already`];
  requests.delete(message.id);
  return message.error ? [] : problemsOf('Results', method, message.result);
}

const [folder] = process.argv.slice(2);
let sessions = 0;
let messages = 0;
let problems = 0;
const methods = new Set();
for (const file of fs.readdirSync(folder).filter((file) => file.endsWith('.out')).sort()) {
  sessions += 1;
  const session = path.join(folder, file.slice(0, -'.out'.length));
  const { requests, ended } = asked(fs.readFileSync(`${session}.in`));
  const tell = (problem) => {
    problems += 1;
    // The first ones tell enough.
    if (problems <= 50) console.log(`${path.basename(session)}: ${problem.slice(0, 400)}`);
  };
  let shutDown = false;
  for (const body of bodies(fs.readFileSync(`${session}.out`))) {
    messages += 1;
    const message = JSON.parse(body);
    const method = message.method ?? requests.get(message.id);
    if (method) methods.add(method);
    if (method === 'shutdown' && !message.error) shutDown = true;
    for (const problem of problemsOfMessage(message, requests)) tell(problem);
  }
  if (ended && shutDown) {
    for (const [id, method] of requests) tell(`${method} (${id}) has no answer`);
  }
}
console.log(`${messages} messages of ${methods.size} methods in ${sessions} sessions, ${problems} problems`);
if (messages === 0) console.log('nothing was captured: that is a failure too');
process.exit(problems || messages === 0 ? 1 : 0);
