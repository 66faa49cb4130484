/** Quotes a text for a POSIX shell, which expands nothing in single quotes (POSIX.1-2024, 2.2.2). */
export function quoteForShell(text: string): string {
	return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Quotes a text for PowerShell, which takes typographic quotes for single quotes, too (about_Quoting_Rules). */
export function quoteForPowerShell(text: string): string {
	return `'${text.replace(/['\u2018-\u201b]/g, "$&$&")}'`;
}

/** Quotes a text without line breaks as a string of JavaScript and of Python, which share JSON's escapes. */
export function quoteForCode(text: string): string {
	return JSON.stringify(text);
}

/** Escapes a path for curl's `--cert`, which takes what follows a colon for the passphrase (curl's manual). */
export function escapeForCurl(path: string): string {
	return path.replace(/[\\:]/g, "\\$&");
}
