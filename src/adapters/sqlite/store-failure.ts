import { Failure } from '../../core/failure.ts';

/** SQLite's result codes that call for something to be done. @see https://sqlite.org/rescode.html */
const known: Readonly<Record<number, readonly [says: string, remedy: string]>> = {
  5: ['is locked by another process', 'Stop what holds the file, or wait until it is done.'],
  8: ['cannot be written', 'Let Consignee write the file and its folder.'],
  10: ['cannot be read or written', 'Check the disk that the file lies on.'],
  11: ['is damaged', 'Move the file away, or put a backup in its place; a new one is made.'],
  13: ['cannot grow', 'Make room on the disk that the file lies on.'],
  14: ['cannot be opened', 'Give a path in a folder that Consignee may write.'],
  26: ['is not a database', 'Give another path, or move the file away.'],
};

/** Puts an error of SQLite or the file system into our words. */
export function storeFailure(path: string, error: unknown): Failure {
  if (error instanceof Failure) return error;
  const message = error instanceof Error ? error.message : String(error);
  const [says, remedy] = known[primaryCodeOf(error)] ?? [
    'cannot be used',
    'Give a path in a folder that Consignee may write.',
  ];
  return new Failure('store', `The store ${path} ${says}: ${message}`, { remedy, cause: error });
}

/** Whether another process keeps the database from being used for the moment. */
export function isBusy(error: unknown): boolean {
  return primaryCodeOf(error) === 5;
}

/** The low byte of an extended result code. */
function primaryCodeOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return 0;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : 0;
}
