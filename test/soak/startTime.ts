/** The start of every sequence, Unix milliseconds. Constant, so that a seed always yields the same sequence. */
export const START_TIME = Date.UTC(2027, 0, 15, 12);
