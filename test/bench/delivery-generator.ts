// Sends signed deliveries at a fixed rate, whether or not the ones before were answered. Arguments: address, secret, rate, seconds.
import { createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';

const [address = '', secret = '', rateText = '', secondsText = ''] = process.argv.slice(2);
const rate = Number(rateText);
const total = rate * Number(secondsText);
const agent = new Agent({ keepAlive: true, maxSockets: 256 });
const filler = 'x'.repeat(2500);
const latencies: number[] = [];
const answers = new Map<number, number>();

function send(index: number, due: number): Promise<void> {
  const body = JSON.stringify({
    ...{ sha: `${index}`.padStart(40, '0'), state: 'success', context: 'ci', description: filler },
    repository: { id: 1, name: 'fleet', full_name: 'acme/fleet', owner: { id: 1, login: 'acme', username: 'acme' } },
  });
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-gitea-event': 'status',
    'x-gitea-event-type': 'status',
    'x-gitea-delivery': `bench-${process.pid}-${index}`,
    'x-gitea-signature': createHmac('sha256', secret).update(body).digest('hex'),
  };
  const { promise, resolve } = Promise.withResolvers<void>();
  const ended = (status: number) => {
    answers.set(status, (answers.get(status) ?? 0) + 1);
    // From when it was due: a sender that falls behind hides nothing.
    latencies.push(performance.now() - due);
    resolve();
  };
  const sent = request(address, { method: 'POST', headers, agent }, (answer) => {
    answer.resume().on('end', () => ended(answer.statusCode ?? 0));
  });
  sent.on('error', () => ended(0));
  sent.end(body);
  return promise;
}

const started = performance.now();
const all: Promise<void>[] = [];
while (all.length < total) {
  const due = Math.min(total, Math.floor(((performance.now() - started) / 1000) * rate));
  while (all.length < due) all.push(send(all.length, started + (all.length / rate) * 1000));
  await new Promise((resolve) => setTimeout(resolve, 1));
}
await Promise.all(all);
const seconds = (performance.now() - started) / 1000;
const sorted = latencies.toSorted((a, b) => a - b);
const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
console.log(JSON.stringify({ total, seconds, answers: Object.fromEntries(answers), p50: at(0.5), p99: at(0.99) }));
