import { redact } from "./redact.ts";
import { sanitize } from "./sanitize.ts";

const MAX_LENGTH = 300;

/** Characters that could be part of a key or of Base64, except ids of the service. */
const OPAQUE = /(?<![\w+/=-])(?!(?:cert|proj|org|req|user|key)_)[\w+/=-]{24,}/g;

/** Prepares foreign text for the log: one line, at most 300 graphemes, without text that looks like a secret. */
export function excerpt(text: string): string {
	return sanitize(redact(text).replace(OPAQUE, "…"), MAX_LENGTH);
}
