import { createEvaluator } from '../../src/adapters/worker/evaluator.ts';
import { diffComponents } from '../../src/core/diff/component-diff.ts';
import { risksOf } from '../../src/core/diff/risks.ts';
import { reviewRows } from '../../src/core/diff/version-difference.ts';
import { descriptorData, genericDigest, parseData } from '../builders/component-version.ts';
import { nothingPreviewed } from '../builders/version-difference.ts';
import { type Figure, figure, time } from './measure.ts';

const count = 200;

/** What a reviewer is shown of a component with many resources, all of which change: each brings a manifest of its own. */
export async function measureDiffs(): Promise<Figure> {
  await using evaluator = createEvaluator();
  const [before, after] = [treeOf('v1.0.0'), treeOf('v1.1.0')];
  const [old, now] = [manifestsOf('v1.0.0'), manifestsOf('v1.1.0')];
  const compare = async () => {
    const component = diffComponents(before, after);
    const manifests = await evaluator.compare(old, now);
    const rows = reviewRows({ component, manifests, preview: nothingPreviewed, unread: new Map() });
    if (rows.length < count || manifests.objects.length !== count || risksOf(manifests).length > 0)
      throw new Error('The comparison does not find what is to be found.');
  };
  await compare();
  return figure(`component, manifests and risks of ${count} resources`, await time(9, compare), { budget: 300 });
}

const namesOf = () => Array.from({ length: count }, (_, index) => `resource-${index}`);

function treeOf(version: string) {
  const resources = namesOf().map((name) => {
    const digest = genericDigest(Buffer.from(`${name} ${version}`));
    const access = { type: 'localBlob', localReference: `sha256:${digest.value}`, mediaType: 'application/yaml' };
    return { name, version, type: 'yaml', relation: 'local', access, digest };
  });
  return { descriptor: parseData(descriptorData({ version, resources })), references: [] };
}

function manifestsOf(version: string): ReadonlyMap<string, string> {
  return new Map(namesOf().map((name) => [name, deployment(name, version)]));
}

const deployment = (name: string, version: string) => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: default
  labels: { app.kubernetes.io/name: ${name} }
spec:
  replicas: 2
  selector:
    matchLabels: { app.kubernetes.io/name: ${name} }
  template:
    metadata:
      labels: { app.kubernetes.io/name: ${name} }
    spec:
      containers:
        - name: main
          image: registry.example.org/team/${name}:${version}
          ports: [{ name: http, containerPort: 8080 }]
          env:
            - { name: MODE, value: production }
          resources:
            limits: { memory: 128Mi }
`;
