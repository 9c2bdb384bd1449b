import type { ComponentName } from '../component/component-name.ts';
import type { RiskKind } from '../diff/risk-kind.ts';
import type { Place } from '../failure.ts';

/** One application in one environment, with every setting resolved: the unit of everything. */
export interface Installation {
  readonly environment: string;
  readonly application: string;
  /** `environment/application` */
  readonly name: string;
  readonly component: ComponentName;
  /** The environment's folder in the applications repository, without a slash at either end; empty for the whole repository. */
  readonly path: string;
  readonly registry: {
    /** Host and base path under which the bot reads, the provider's base path included. */
    readonly url: string;
    /** The same as the cluster reaches it: what manifests carry. */
    readonly inCluster: string;
  };
  /** Name of the secret in the cluster with which the controllers read the registry. */
  readonly pullSecret: string | undefined;
  /** The provider's registry, from which the cluster replicates. */
  readonly source: SourceSetting | undefined;
  /** Name of the service account in the cluster whose pull secrets the controllers use. */
  readonly serviceAccount: string | undefined;
  /** What to deploy; `undefined` for what the generation of the controllers has by convention. */
  readonly deploy: readonly DeploySetting[] | undefined;
  /** Path of the resource that defines a kind, an instance of which is rendered. */
  readonly instance: string | undefined;
  /** Every one must hold. Empty only where the operator allows unsigned components. */
  readonly verify: readonly RequiredVerification[];
  /** `pin`: people have manifests of their own, and only the version in the one that deploys the component is changed. */
  readonly manage: 'render' | 'pin';
  readonly templates: TemplatesSetting;
  /** Constraint on versions, in the controllers' grammar. */
  readonly versions: string;
  /** Versions never to propose, as spelled. */
  readonly skip: readonly string[];
  /** How long a version must have been seen before it is proposed, in seconds. */
  readonly minimumAgeSeconds: number;
  readonly merge: 'manual' | 'automatic';
  /** Checks that must have passed before an automatic merge. */
  readonly checks: readonly string[];
  /** Who must approve before the bot merges; `undefined` for nobody. */
  readonly approvals: { readonly count: number; readonly from: readonly string[] } | undefined;
  /** Kinds of risk on which somebody must approve before the bot merges, whatever `approvals` says. */
  readonly requireApprovalOn: readonly RiskKind[];
  readonly flux: FluxSetting | undefined;
  /** File in the applications repository that holds people's values for this application. */
  readonly valuesPath: string;
}

/** An installation as the configuration gives it: one with an entry in `unavailable` is refused, while others go on. */
export interface ConfiguredInstallation extends Installation {
  readonly unavailable: readonly Unavailable[];
}

/** A setting that is understood, but that this version cannot act on yet. */
export interface Unavailable {
  /** As people write it: `after`, `templates`. */
  readonly setting: string;
  readonly place: Place | undefined;
  /** A whole sentence. */
  readonly message: string;
}

export interface RequiredVerification {
  /** Name of the signature in the component descriptor. */
  readonly signature: string;
  /** Name of the cluster's secret with the public key; without it, manifests carry the key by value. */
  readonly secret: string | undefined;
  /** One of these must have admitted it. */
  readonly anyOf: readonly VerificationAnchor[];
}

/** Files are relative to `.consignee/`. */
export type VerificationAnchor = VerificationTerm &
  (
    | { readonly publicKey: string }
    | {
        /** File of one or more root certificates. */
        readonly rootCertificate: string;
        /** The distinguished name that the signing certificate must have. */
        readonly issuer?: string | undefined;
      }
  );

interface VerificationTerm {
  /** From then on it admits what is installed, but nothing new. */
  readonly retired?: Date | undefined;
  /** From then on, or always when `true`, it admits nothing. */
  readonly revoked?: Date | true | undefined;
}

export interface SourceSetting {
  readonly url: string;
  readonly pullSecret: string | undefined;
  /** What replicates, where it is not what follows the range of versions. */
  readonly by?: 'component-version' | undefined;
}

/** One resource to deploy. Paths are `resource`, or `reference/…/resource` for a resource of a referenced component. */
export interface DeploySetting {
  readonly resource: string;
  /** Path of the resource with its rules, or `none`. */
  readonly configuration?: string | undefined;
  readonly as?: 'kustomize' | 'helm' | undefined;
}

export type TemplatesSetting =
  | { readonly kind: 'built-in'; readonly name: string; readonly version: number }
  /** A folder under `.consignee/templates/`. */
  | { readonly kind: 'folder'; readonly name: string };

export interface FluxSetting {
  /** Folder for the Flux Kustomization. */
  readonly kustomizations: string;
  /** Name of the GitRepository object. */
  readonly source: string;
  /** Namespace of both. */
  readonly namespace: string;
}
