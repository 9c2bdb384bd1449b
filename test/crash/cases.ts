import type { CrashCase, Kill } from './run-case.ts';
import { type CrashScene, scenes } from './scenes.ts';

type When = Kill['when'];

const byRequest = (when: When): boolean => when === 'before' || when === 'unanswered';

const stepsOf = ({ writes, effects }: CrashScene, when: When) => (byRequest(when) ? writes : effects);

/** A process for each step, killed there; each goes on where the one before was killed. */
function inTurn(name: string, when: When): readonly Kill[] {
  const scene = sceneOf(name);
  const steps = stepsOf(scene, when);
  // What was not done is done by the next process, before it comes to its own step.
  const stays = when === 'before' || when === 'intended';
  return steps
    .slice(0, steps.length - (scene.ownWork ?? 0))
    .map((at, index) => ({ when, at, skips: stays && steps[index - 1] === at ? 1 : 0 }));
}

/** Each step by itself, in a process that was not killed before. */
function oneByOne(name: string, when: When): readonly Kill[] {
  const steps = stepsOf(sceneOf(name), when);
  return steps.map((at, index) => ({ when, at, skips: steps.slice(0, index).filter((it) => it === at).length }));
}

function sceneOf(name: string): CrashScene {
  const scene = scenes[name];
  if (!scene) throw new Error(`There is no scene ${name}.`);
  return scene;
}

function one(scene: string, when: When, at: string, more: Partial<CrashCase> = {}): CrashCase {
  return { scene, kills: [{ when, at, skips: 0 }], ...more };
}

const merging = 'POST /pulls/2/merge';
const closing = 'PATCH /pulls/2';
const names = Object.keys(scenes);

/** In every run of the tests: each request of each scene, and what people do at the worst moment. */
export const representative: readonly CrashCase[] = [
  ...names.map((scene, index) => ({ scene, kills: inTurn(scene, 'unanswered'), loses: index % 2 === 1 })),
  one('first proposal', 'before', 'POST /pulls'),
  { scene: 'closed as moot', kills: inTurn('closed as moot', 'before'), loses: true },
  one('automatic merge', 'answered', 'merge'),
  one('automatic merge', 'unanswered', 'push'),
  one('closed as moot', 'before', 'push'),
  one('new version', 'unanswered', 'push', { person: 'before' }),
  one('new version', 'before', 'push', { person: 'after', loses: true }),
  one('automatic merge', 'unanswered', merging, { person: 'before' }),
  one('closed as moot', 'unanswered', closing, { person: 'after' }),
];

const moments: readonly When[] = ['before', 'unanswered', 'intended', 'answered', 'recorded'];

/** Every boundary by itself and all of a scene in turn, with the store and without it, with people and without. */
export const every: readonly CrashCase[] = names.flatMap((scene) =>
  moments.flatMap((when) =>
    [false, true].flatMap((loses) => [
      { scene, loses, kills: inTurn(scene, when) },
      ...oneByOne(scene, when).flatMap((kill): CrashCase[] => [
        { scene, loses, kills: [kill] },
        { scene, loses, kills: [kill], person: 'after' },
        ...(when === 'unanswered' ? [{ scene, loses, kills: [kill], person: 'before' } as const] : []),
      ]),
    ]),
  ),
);

/** Programs with a mistake, and the rule by which each of them is found out. */
export const negative = [
  ['pull requests too many', one('first proposal', 'unanswered', 'POST /pulls', { mutant: 'opens-anew' })],
  ['comments said twice', one('closed as moot', 'unanswered', 'POST /issues/2/comments', { mutant: 'says-again' })],
  [
    'commits of people gone',
    one('new version', 'before', 'push', { person: 'after', mutant: 'takes-all-for-its-own' }),
  ],
  ['merges made twice', one('automatic merge', 'unanswered', merging, { mutant: 'merges-again' })],
  ['statuses wrong', one('new version', 'before', 'POST /statuses/…', { mutant: 'trusts-its-intents' })],
] as const;

export function nameOf({ scene, kills, loses, person, mutant }: CrashCase): string {
  const at = kills.map((it) => `${it.at}${it.skips > 0 ? ` ${it.skips + 1}` : ''}`).join(', ');
  return [
    `${scene}: ${kills[0]?.when} ${at}`,
    ...(person ? [`${person} a person pushed`] : []),
    ...(loses ? ['the store lost'] : []),
    ...(mutant ? [`by one that ${mutant}`] : []),
  ].join('; ');
}
