import { expect, test } from 'vitest';
import { printSteps } from '../../src/cli/print-results.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import type { InstallationResult } from '../../src/workflows/pass.ts';

const nothing = () => undefined;
const terminal: Terminal = { out: nothing, err: nothing, progress: nothing, live: false, colour: false, width: 80 };

const diff = `diff --git a/old.yaml b/old.yaml
index 1..2 100644
--- a/old.yaml
+++ b/old.yaml
@@ -1 +1 @@
-a
+b
diff --git a/a b/new.yaml b/a b/new.yaml
new file mode 100644
`;

/** As much of a result as is printed. */
const result = {
  installation: { name: 'dev/app' },
  outcome: { kind: 'decided', decision: { kind: 'open', detail: 'v1.0.0 is new.' } },
  change: {
    changes: [{ path: 'old.yaml', content: 'b' }, { path: 'a b/new.yaml', content: '' }, { path: 'gone.yaml' }],
    content: { diff, notes: ['Flux does not apply this folder yet.'] },
  },
} as unknown as InstallationResult;

const all = [{ repository: 'apps', results: [result] }];

test('a plan marks files that change, that are new and that go', () => {
  const text = printSteps(all, terminal, { done: false });
  expect(text).toContain('    ~ old.yaml\n    + a b/new.yaml\n    - gone.yaml\n');
});

test.each([true, false])('notes on a change are printed under its step, done: %s', (done) => {
  expect(printSteps(all, terminal, { done })).toContain('\n  Note: Flux does not apply this folder yet.\n');
});

test('a conflict is printed with what each side has', () => {
  const conflict = {
    file: 'deploy.yaml',
    path: 'spec.interval',
    because: 'both changed it',
    was: '30s',
    rendered: '1m',
  };
  const whole = { file: 'pin.yaml', path: '', because: 'the file is encrypted by SOPS' };
  const decision = {
    kind: 'refuse',
    because: 'conflict',
    detail: 'It differs.',
    reasons: [],
    conflicts: [conflict, whole],
  };
  const refused = {
    ...result,
    change: undefined,
    outcome: { kind: 'decided', decision },
  } as unknown as InstallationResult;
  const text = printSteps([{ repository: 'apps', results: [refused] }], { ...terminal, width: 200 }, { done: false });
  expect(text).toContain(
    '    conflict deploy.yaml: spec.interval: last render 30s, proposed 1m, on the branch nothing\n',
  );
  expect(text).toContain('    conflict pin.yaml: the file is encrypted by SOPS\n');
});
