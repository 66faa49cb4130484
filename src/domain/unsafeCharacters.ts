/**
 * Matches characters that can disguise a text: controls, line ends, zero-width characters, direction marks and
 * overrides, private-use characters and surrogates, and tags (Unicode 23.9). Excludes the joiners U+200C and U+200D,
 * which some writing systems and emoji need.
 */
export const UNSAFE_CHARACTERS =
	/[\p{Cc}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/u;
