import { expect } from 'vitest';
import { type FaultRow, failure, testFaults } from '../../support/fault-table.ts';
import { redirect, where } from '../../support/faults.ts';
import { ask } from '../../support/oci-world.ts';

const redirects: readonly FaultRow[] = [
  {
    id: 'F-13',
    what: 'content at another place of the registry',
    fault: where(/blobs\/sha256/, ({ url, response, request, count }) =>
      url.search === '?moved' ? 'pass' : redirect(`${url.pathname}?moved`)({ url, response, request, count }),
    ),
    act: ask.stream,
    gives: expect.any(Buffer),
    requests: 2,
  },
  {
    id: 'F-13',
    what: 'content at another host',
    fault: redirect('http://127.0.0.1:1/content?signature=hunter2'),
    act: ask.blob,
    gives: expect.objectContaining({
      code: 'registry-unreachable',
      message: expect.stringMatching(/sends to 127.0.0.1:1, which may not be asked/),
      remedy: expect.stringMatching(/name 127\.0\.0\.1:1 under `redirectHosts` of 127\.0\.0\.1:\d+/),
    }),
    requests: 1,
  },
  {
    id: 'F-13',
    what: 'a manifest at another host',
    fault: redirect('http://169.254.169.254/latest/meta-data'),
    act: ask.manifest,
    gives: failure(/sends to 169.254.169.254/),
    requests: 1,
  },
  {
    id: 'F-13',
    what: 'a loop',
    fault: redirect(({ url }) => url.pathname),
    act: ask.blob,
    gives: failure(/sends on more than 3 times/),
    requests: 4,
  },
  {
    id: 'F-13',
    what: 'no place',
    fault: redirect('file:///etc/passwd'),
    act: ask.blob,
    gives: failure(/sends to no address/),
    requests: 1,
  },
  {
    id: 'F-13',
    what: 'tags elsewhere',
    fault: redirect('/v2/'),
    act: ask.list,
    gives: failure(/sends elsewhere with status 307/),
    requests: 1,
  },
];

testFaults('a registry that sends elsewhere', redirects);
