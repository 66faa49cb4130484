import { ORGANIZATION_REF } from "../../common/organizationRef.ts";
import { type JsonFileFormat, JsonFileStore } from "../../common/storage/jsonFileStore.ts";
import { parseAttempt, parseConfirmation } from "./journalFileFormat.ts";
import type { UploadAttempt } from "./uploadAttempt.ts";
import type { Confirmation, UploadKey, UploadRecord } from "./uploadHistory.ts";

/** File names of versions 0 and 1: an attempt, its confirmation (`.uploaded`), or a mark that it is void (`.closed`). */
const NAME = new RegExp(`^(${ORGANIZATION_REF})\\.([0-9a-f]{64})\\.([1-9][0-9]{0,8})(|\\.uploaded|\\.closed)\\.json$`);

interface OldFile extends UploadKey {
	readonly name: string;
	readonly number: number;
	readonly suffix: string;
}

const ATTEMPT_FORMAT: JsonFileFormat<UploadAttempt> = {
	version: 1,
	parse: (fields, name) => {
		const file = parseName(name);
		// Early files of version 0 used `connectionId` for `organizationRef`.
		const { connectionId, organizationRef = connectionId } = fields;
		if (!file || fields.attempt !== file.number) return null;
		const { organizationRef: ref, sha256 } = file;
		return parseAttempt(
			{ ...fields, organizationRef, id: `${file.number}.${fields.startedAt}` },
			{ organizationRef: ref, sha256 },
		);
	},
};

const CONFIRMATION_FORMAT: JsonFileFormat<Confirmation> = { version: 1, parse: parseConfirmation };

/** Reads and deletes the upload files of older versions of this extension. */
export class OldJournalFiles {
	readonly #attempts: JsonFileStore<UploadAttempt>;
	readonly #confirmations: JsonFileStore<Confirmation>;

	/** @param folder As in `JsonFileStore`. */
	constructor(folder: string) {
		this.#attempts = new JsonFileStore(folder, ATTEMPT_FORMAT);
		this.#confirmations = new JsonFileStore(folder, CONFIRMATION_FORMAT);
	}

	/** Returns the key of each upload among the file names, without repeats. */
	static keysIn(names: readonly string[]): readonly UploadKey[] {
		const files = names.flatMap((name) => parseName(name) ?? []);
		const byKey = Map.groupBy(files, ({ organizationRef, sha256 }) => `${organizationRef}.${sha256}`);
		return [...byKey.values()].flatMap(([file]) => file ?? []);
	}

	/**
	 * Reads the records of one upload, oldest first.
	 * @returns `newer` or `unreadable` if an attempt can't be parsed.
	 * @throws ProblemError `not-recorded`
	 */
	async read(key: UploadKey): Promise<readonly UploadRecord[] | "newer" | "unreadable"> {
		const files = await this.#filesOf(key);
		const records: UploadRecord[] = [];
		for (const { name, suffix } of files.toSorted((one, other) => one.number - other.number)) {
			if (suffix !== "") continue;
			const attempt = await this.#attempts.read(name);
			if (attempt.state === "none") continue;
			if (attempt.state !== "read") return attempt.state;
			const confirmation = await this.#confirmations.read(name.replace(/json$/, "uploaded.json"));
			records.push({ pending: attempt.value, arrival: confirmation.state === "read" ? confirmation.value : null });
		}
		return records;
	}

	/** Deletes all files of one upload. @throws ProblemError `not-recorded` */
	async remove(key: UploadKey): Promise<void> {
		for (const { name } of await this.#filesOf(key)) await this.#attempts.remove(name);
	}

	async #filesOf({ organizationRef, sha256 }: UploadKey): Promise<readonly OldFile[]> {
		const names = await this.#attempts.listFiles();
		return names
			.flatMap((name) => parseName(name) ?? [])
			.filter((file) => file.organizationRef === organizationRef && file.sha256 === sha256);
	}
}

function parseName(name: string): OldFile | null {
	const [, organizationRef, sha256, number, suffix] = NAME.exec(name) ?? [];
	if (organizationRef === undefined || sha256 === undefined || suffix === undefined) return null;
	return { name, organizationRef, sha256, number: Number(number), suffix };
}
