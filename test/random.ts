// What all random tests have in common.
import fc from "fast-check";

/** The same in every run, so that no test fails by luck. FC_SEED gives another one. */
export const SEED = Number(process.env.FC_SEED ?? 20_261_124);

/** Any code point, halves of surrogate pairs too: a unit for `fc.string`, whose own `binary` takes a second to be made. */
export const anyCharacter = fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code));
