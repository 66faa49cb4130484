// Replaces VS Code's native logger: writes plain lines to a file, without rotation.
import { appendFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";

class Logger {
	#file;
	#level = 2;
	#verbatim = false;

	constructor(file) {
		this.#file = file;
		mkdirSync(dirname(file), { recursive: true });
	}

	trace(text) {
		this.#write(0, "trace", text);
	}
	debug(text) {
		this.#write(1, "debug", text);
	}
	info(text) {
		this.#write(2, "info", text);
	}
	warn(text) {
		this.#write(3, "warning", text);
	}
	error(text) {
		this.#write(4, "error", text);
	}

	/** @param {number} level 0 for trace to 4 for error, 6 for nothing. */
	setLevel(level) {
		this.#level = level;
	}
	/** Writes texts verbatim from now on: VS Code adds dates and line ends itself, as for an output channel. */
	clearFormatters() {
		this.#verbatim = true;
	}
	setPattern() {}
	flush() {}
	drop() {}

	#write(level, word, text) {
		if (level < this.#level) return;
		appendFileSync(this.#file, this.#verbatim ? text : `${new Date().toISOString()} [${word}] ${text}\n`);
	}
}

export const createAsyncRotatingLogger = async (_name, file) => new Logger(file);

export function setFlushOn() {}
