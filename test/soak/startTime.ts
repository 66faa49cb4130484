/** When every sequence begins, Unix milliseconds: the same on every day, so that a seed always gives the same sequence. */
export const BEGIN = Date.UTC(2027, 0, 15, 12);
