import { complete, type FaultRow, failure, testFaults } from '../../support/fault-table.ts';
import { html, json, status, text } from '../../support/faults.ts';
import { ask, greeterPath } from '../../support/oci-world.ts';

const tagsOf = (...tags: readonly unknown[]) => ({ name: greeterPath, tags });

const pages: readonly FaultRow[] = [
  {
    id: 'F-10',
    what: 'a blob that is gone',
    fault: status(404),
    act: ask.blob,
    gives: { kind: 'missing' },
    requests: 1,
  },
  { id: 'F-10', what: 'a manifest that is gone', fault: status(404), act: ask.manifest, gives: { kind: 'missing' } },
  { id: 'F-10', what: 'a tag that is gone', fault: status(404), act: ask.resolve, gives: undefined },
  {
    id: 'F-10',
    what: 'a repository that is not there',
    fault: status(404),
    act: ask.list,
    gives: complete(),
  },
  {
    id: 'F-10',
    what: 'a page in place of "not found"',
    fault: html(404),
    act: ask.list,
    gives: failure(/status 404 and text\/html instead of a list/),
  },
  {
    id: 'F-10',
    what: 'a page in place of "no such blob"',
    fault: html(404),
    act: ask.blob,
    gives: failure(/instead of a blob/),
  },
  {
    id: 'F-10',
    what: 'a page in place of "no such manifest"',
    fault: html(404),
    act: ask.resolve,
    gives: failure(/instead of a manifest/),
  },
  {
    id: 'F-14',
    what: 'a login page for tags',
    fault: html(),
    act: ask.list,
    gives: failure(/text\/html instead of a list of tags/),
  },
  {
    id: 'F-14',
    what: 'a login page for a tag',
    fault: html(),
    act: ask.resolve,
    gives: failure(/instead of a manifest/),
  },
  {
    id: 'F-14',
    what: 'a login page for a manifest',
    fault: html(),
    act: ask.manifest,
    gives: failure(/instead of a manifest/),
  },
  { id: 'F-14', what: 'a login page for a blob', fault: html(), act: ask.blob, gives: failure(/instead of a blob/) },
  {
    id: 'F-14',
    what: 'a login page for a stream',
    fault: html(),
    act: ask.stream,
    gives: failure(/instead of a blob/),
  },
  { id: 'F-14', what: 'a login page for a proof', fault: html(), act: ask.prove, gives: failure(/instead of a blob/) },
  { id: 'F-14', what: 'nothing for tags', fault: text(''), act: ask.list, gives: failure(/instead of a list of tags/) },
  {
    id: 'F-14',
    what: 'nothing for a manifest',
    fault: text(''),
    act: ask.resolve,
    gives: failure(/with nothing instead of a manifest/),
  },
  {
    id: 'F-15',
    what: 'half a JSON text',
    fault: text('{"name":"x","tags":["1'),
    act: ask.list,
    gives: failure(/instead of a list/),
  },
  {
    id: 'F-15',
    what: 'bytes that are no UTF-8',
    fault: text(Buffer.from('{"tags":["\xff"]}', 'latin1')),
    act: ask.list,
    gives: failure(/instead of/),
  },
  {
    id: 'F-15',
    what: 'a byte order mark',
    fault: text('\ufeff{"tags":[]}'),
    act: ask.list,
    gives: failure(/instead of/),
  },
  {
    id: 'F-15',
    what: 'a key twice',
    fault: text('{"tags":[],"tags":["1.0.0"]}'),
    act: ask.list,
    gives: failure(/instead of/),
  },
  {
    id: 'F-15',
    what: 'a million brackets',
    fault: text(`{"tags":${'['.repeat(1e6)}`),
    act: ask.list,
    gives: failure(/instead of/),
  },
  {
    id: 'F-15',
    what: 'a list that is announced with 1 GiB',
    fault: ({ response }) => {
      response.writeHead(200, { 'content-length': 2 ** 30 });
      response.write('{');
    },
    act: ask.list,
    gives: failure(/list of more than 8388608 bytes/),
    requests: 1,
  },
  {
    id: 'F-16',
    what: 'fields that nobody knows',
    fault: json({ ...tagsOf('1.0.0'), child: [], manifest: {} }),
    act: ask.list,
    gives: complete('1.0.0'),
  },
  {
    id: 'F-16',
    what: 'null for no tags',
    fault: json({ name: greeterPath, tags: null }),
    act: ask.list,
    gives: complete(),
  },
  {
    id: 'F-16',
    what: 'no tags field',
    fault: json({ name: greeterPath }),
    act: ask.list,
    gives: failure(/instead of a list of tags/),
  },
  {
    id: 'F-16',
    what: 'a tag that is a number',
    fault: json(tagsOf('1.0.0', 2)),
    act: ask.list,
    gives: failure(/lists a tag that is none: 2/),
  },
  {
    id: 'F-16',
    what: 'a tag that is a path',
    fault: json(tagsOf('../x')),
    act: ask.list,
    gives: failure(/lists a tag that is none/),
  },
  {
    id: 'F-16',
    what: 'tags that are text',
    fault: json({ name: greeterPath, tags: '1.0.0' }),
    act: ask.list,
    gives: failure(/lists a tag that is none/),
  },
];

testFaults('a registry that answers with what is no answer', pages);
