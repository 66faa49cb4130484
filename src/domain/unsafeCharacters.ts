/**
 * What lets a text look like another one wherever it is shown: controls and line ends, what has no width or turns the
 * direction of the text around, what no standard gives a look, and tags (Unicode 23.9). The joiners U+200C and U+200D stay, for
 * writing systems and emoji that need them.
 */
export const UNSAFE_CHARACTERS =
	/[\p{Cc}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/u;
