/** On every pull request of the bot, so that people can filter for them. */
export const ownLabel = 'consignee';

/** Put on a pull request by people: while it is there, the bot writes nothing and merges nothing. */
export const holdLabel = 'consignee/hold';
