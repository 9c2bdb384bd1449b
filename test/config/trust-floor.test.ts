import { expect, test } from 'vitest';
import { parseServerConfig } from '../../src/config/server-config.ts';
import { operatorFloorOf } from '../../src/config/trust-floor.ts';

function floorOf(trust: string) {
  const text = `applicationsRepositories: { fleet: { url: ./fleet.git } }\ntrust: ${trust}\n`;
  return operatorFloorOf(parseServerConfig(text, 'consignee.yaml').trust);
}

test.each(['allowsUnsigned', 'allowsExternalAccess'] as const)('%s nothing unless the operator says so', (what) => {
  expect(floorOf('{}')[what]('acme.example/billing')).toBe(false);
});

test('an operator may let the content of some components lie elsewhere, and of others nothing', () => {
  const floor = floorOf('{ allowExternalAccess: [acme.example/*] }');
  expect(floor.allowsExternalAccess('acme.example/billing')).toBe(true);
  expect(floor.allowsExternalAccess('acme.example.org/billing')).toBe(false);
  expect(floor.allowsUnsigned('acme.example/billing')).toBe(false);
});
