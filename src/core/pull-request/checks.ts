/** The status on a commit that says whether what it proposes is whole and signed. */
export const verifiedCheck = 'consignee/verified';

/** The status on a commit that says whether everything is given that a merge waits for. */
export const gatesCheck = 'consignee/gates';
