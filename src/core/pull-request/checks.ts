/** The status on a commit that says whether what it proposes is whole and signed. */
export const verifiedCheck = 'consignee/verified';

/** The status on the head of people's pull requests that says whether the values in it can be used. */
export const valuesCheck = 'consignee/values';

/** The status on the head of people's pull requests that says whether the configuration in it can be used, and loosens nothing. */
export const configurationCheck = 'consignee/config';

/** The status on a commit that says whether everything is given that a merge waits for. */
export const gatesCheck = 'consignee/gates';
