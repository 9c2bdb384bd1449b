import { fc, test as property } from '@fast-check/vitest';
import { expect } from 'vitest';
import type { Fault } from '../../support/fake-registry.ts';
import { complete, type FaultRow, partly, testFaults } from '../../support/fault-table.ts';
import { html, json, status, where } from '../../support/faults.ts';
import { ask, greeter, greeterPath, startOciWorld } from '../../support/oci-world.ts';

const tagsOf = (...tags: readonly unknown[]) => ({ name: greeterPath, tags });
const four = ['1.0.0', '1.1.0', '1.2.0', '1.3.0'];
const pages = { tags: four, registry: { paging: { size: 2 } } };
const nextPage = (query: string) => ({ link: `</v2/${greeterPath}/tags/list?${query}>; rel="next"` });

const paged: readonly FaultRow[] = [
  {
    id: 'F-17',
    what: 'no fault on two pages',
    act: ask.list,
    gives: complete(...four),
    options: pages,
    requests: 2,
  },
  {
    id: 'F-17',
    what: 'a second page that fails',
    fault: where(/last=/, status(500)),
    act: ask.list,
    gives: partly('1.0.0', '1.1.0'),
    options: pages,
    requests: 4,
  },
  {
    id: 'F-17',
    what: 'a second page that is a page for people',
    fault: where(/last=/, html()),
    act: ask.list,
    gives: partly('1.0.0', '1.1.0'),
    options: pages,
    requests: 2,
  },
  {
    id: 'F-17',
    what: 'a second page that is not found',
    fault: where(/last=/, status(404)),
    act: ask.list,
    gives: partly('1.0.0', '1.1.0'),
    options: pages,
    requests: 2,
  },
  {
    id: 'F-17',
    what: 'a second page with what is no tag',
    fault: where(/last=/, json(tagsOf('a/b'))),
    act: ask.list,
    gives: partly('1.0.0', '1.1.0'),
    options: pages,
  },
  {
    id: 'F-17',
    what: 'a second page like the first',
    fault: where(/last=/, json(tagsOf('1.0.0', '1.1.0'), nextPage('last=9'))),
    act: ask.list,
    gives: partly('1.0.0', '1.1.0'),
    options: pages,
    requests: 2,
  },
  {
    id: 'F-17',
    what: 'a link to the same page',
    fault: where(/last=/, json(tagsOf('1.2.0'), nextPage('last=1.1.0&n=2'))),
    act: ask.list,
    gives: partly('1.0.0', '1.1.0', '1.2.0'),
    options: pages,
    requests: 2,
  },
  {
    id: 'F-17',
    what: 'a registry that caps pages at 50',
    act: async (world) => {
      const { tags, complete } = await world.repository.listTags(greeter);
      return { size: tags.size, complete };
    },
    gives: { size: 120, complete: true },
    options: { tags: Array.from({ length: 120 }, (_, index) => `1.0.${index}`), registry: { paging: { size: 50 } } },
    requests: 3,
  },
  {
    id: 'F-17',
    what: 'a link after the last page',
    act: ask.list,
    gives: complete(...four),
    options: { tags: four, registry: { paging: { size: 4, alwaysLink: true } } },
    requests: 2,
  },
  {
    id: 'F-17',
    what: 'a last page with nothing but a link',
    fault: where(/last=1.3.0/, json(tagsOf(), nextPage('last=z'))),
    act: ask.list,
    gives: complete(...four),
    options: { tags: four, registry: { paging: { size: 4, alwaysLink: true } } },
    requests: 2,
  },
  {
    id: 'extra',
    what: 'pages without end',
    fault: (({ count, response }) =>
      json(tagsOf(`1.0.${count}`), nextPage(`last=1.0.${count}`))({ response } as never)) as Fault,
    act: async (world) => (await ask.list(world)).complete,
    gives: false,
    options: { limits: { pages: 10 } },
    requests: 10,
  },
  {
    id: 'extra',
    what: 'a link to another place',
    fault: where(
      /list$/,
      json(tagsOf('1.0.0'), { link: '<http://attacker.example/v2/x/tags/list?last=1.0.0>; rel="next"' }),
    ),
    act: ask.list,
    gives: partly('1.0.0'),
    requests: 1,
  },
  {
    id: 'extra',
    what: 'a link with another path, of which the query counts',
    fault: where(/list$/, json(tagsOf('1.0.0'), { link: '</elsewhere?last=1.0.0&n=1>; rel="next"' })),
    act: ask.list,
    gives: complete(...four),
    options: { tags: four },
    requests: 2,
  },
];

testFaults('a registry that lists in pages', paged);

property.prop(
  [fc.uniqueArray(fc.stringMatching(/^[a-z0-9][a-z0-9.]{0,5}$/), { maxLength: 20 }), fc.integer({ min: 1, max: 8 })],
  {
    numRuns: 30,
  },
)('however a list is cut into pages, it is all of it', async (tags, size) => {
  await using world = await startOciWorld({ tags, registry: { paging: { size } } });
  const listing = await ask.list(world);
  expect([...listing.tags.keys()].toSorted()).toEqual(tags.toSorted());
  expect(listing.complete).toBe(true);
  expect(world.client.requests).toBe(Math.max(1, Math.ceil(tags.length / size)));
});
