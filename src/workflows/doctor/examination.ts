import { Failure } from '../../core/failure.ts';

/** What came of looking after one thing. */
export interface Examination {
  /** What was looked after, for programs: `forge`, `clock`, `webhook`. */
  readonly check: string;
  /** Which of those: the name of a registry, a repository, a receiver, or a path. */
  readonly where: string;
  /** `warning`: it works, or may work, but not as it should. */
  readonly result: 'ok' | 'warning' | 'failed';
  readonly message: string;
  readonly remedy?: string | undefined;
  readonly failure?: Failure | undefined;
}

type Subject = Pick<Examination, 'check' | 'where'>;

/** Ways to say what came of one thing. */
export function about(subject: Subject) {
  return {
    ok: (message: string): Examination => ({ ...subject, result: 'ok', message }),
    warning: (message: string, remedy: string): Examination => ({ ...subject, result: 'warning', message, remedy }),
    failed: (message: string, remedy: string): Examination => ({ ...subject, result: 'failed', message, remedy }),
    failure: (failure: Failure): Examination => {
      const { message, remedy } = failure;
      return { ...subject, result: 'failed', message, remedy, failure };
    },
  };
}

/** Looks after one thing; that it fails is what was to be found out. */
export async function examine(
  subject: Subject,
  work: () => Promise<readonly Examination[]>,
): Promise<readonly Examination[]> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Failure) return [about(subject).failure(error)];
    throw error;
  }
}
