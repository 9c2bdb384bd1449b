/** How many rows are written for each clean-up. */
const rowsPerCleanUp = 100;

/** How many rows one clean-up removes at most: more than are written meanwhile, and few enough to take no time. */
export const rowsRemoved = 500;

/**
 * Tells when old rows are to be removed: with the first rows that a process writes, for it may never write many, and
 * then with every hundredth.
 *
 * @returns A function that is told how many rows are written and says whether it is time.
 */
export function createCleanUpTurns(): (rows: number) => boolean {
  let untilNext = 0;
  return (rows) => {
    untilNext -= rows;
    if (untilNext > 0) return false;
    untilNext = rowsPerCleanUp;
    return true;
  };
}
