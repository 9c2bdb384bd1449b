import { readAccess } from '../core/component/access.ts';
import type { CollectedVersion } from '../core/component/collected-version.ts';
import type { Resource } from '../core/component/component-descriptor.ts';
import type { OwnImages } from '../core/diff/own-images.ts';
import { localizedFields } from '../core/localization/localized-fields.ts';
import type { Preview, PreviewInput } from '../core/localization/preview.ts';
import type { ComponentRepository } from '../ports/component-repository.ts';
import { signedDigestOf } from './open-artifact.ts';
import type { PreviewSubject } from './preview-input.ts';

interface Proposed {
  readonly collected: CollectedVersion;
  readonly repository: Pick<ComponentRepository, 'registry'>;
}

interface Previewed {
  readonly subject: Pick<PreviewSubject, 'registry'>;
  readonly preview: Preview;
  /** What it was made of. */
  readonly previewing: PreviewInput;
}

/** @returns What tells the images that the proposed version brings, with all that it refers to, from those of others. */
export function ownImagesOf(
  { collected, repository: { registry } }: Proposed,
  { subject, preview, previewing }: Previewed,
): OwnImages {
  const resources = resourcesOf(collected);
  return {
    registries: [...(registry === undefined ? [] : [registry]), subject.registry],
    references: resources.flatMap(({ access }) => {
      const target = readAccess(access);
      return target.kind === 'artifact' && target.reference.kind === 'absolute' ? [target.reference.text] : [];
    }),
    digests: resources.flatMap((it) => signedDigestOf(it) ?? []),
    localized: {
      before: localizedFields(preview, 'before', previewing.before ?? []),
      after: localizedFields(preview, 'after', previewing.after),
    },
  };
}

/** A version that several refer to is looked at once. */
function resourcesOf(root: CollectedVersion): readonly Resource[] {
  const seen = new Set([root]);
  for (const { references } of seen) {
    for (const it of references) if (it.kind === 'collected') seen.add(it.version);
  }
  return [...seen].flatMap(({ descriptor }) => descriptor?.resources ?? []);
}
