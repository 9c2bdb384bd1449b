import { expect, test } from 'vitest';
import { reviewDiff } from '../../../src/core/pull-request/review-diff.ts';

const sha = 'a'.repeat(40);
const lock = `diff --git a/.consignee/lock/dev/app.yaml b/.consignee/lock/dev/app.yaml\nindex ${sha}..${sha} 100644\n--- a\n+++ b\n@@ -1 +1 @@\n-a\n+b\n`;
const hunk = `--- a/app.yaml\n+++ b/app.yaml\n@@ -1,2 +1,2 @@\n index ${sha}..${sha}\n-old\n+index ${sha}..${sha}\n`;

test('a diff for review has neither the files that Consignee keeps nor names of blobs, and all of the content', () => {
  const changed = `diff --git a/app.yaml b/app.yaml\nindex ${sha}..${sha} 100644\n${hunk}`;
  const added = `diff --git a/new.yaml b/new.yaml\nnew file mode 100644\nindex ${sha}..${sha}\n${hunk}`;
  const copy = lock.replaceAll('.consignee/lock/', '.consignee/rendered/');
  expect(reviewDiff(changed + lock + copy + added)).toBe(
    `diff --git a/app.yaml b/app.yaml\n${hunk}diff --git a/new.yaml b/new.yaml\nnew file mode 100644\n${hunk}`,
  );
});
