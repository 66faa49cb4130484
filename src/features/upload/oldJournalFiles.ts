import { ORGANIZATION_REF } from "../../common/organizationRef.ts";
import { type JsonFileFormat, JsonFileStore } from "../../common/storage/jsonFileStore.ts";
import { arrivalIn, attemptIn } from "./journalFileFormat.ts";
import type { UploadAttempt } from "./uploadAttempt.ts";
import type { Confirmation, UploadKey, UploadRecord } from "./uploadHistory.ts";

/** What versions 0 and 1 wrote: a file for each attempt, one that says that it arrived, one that says that it counts no more. */
const NAME = new RegExp(`^(${ORGANIZATION_REF})\\.([0-9a-f]{64})\\.([1-9][0-9]{0,8})(|\\.uploaded|\\.closed)\\.json$`);

interface OldFile extends UploadKey {
	readonly name: string;
	readonly number: number;
	readonly ending: string;
}

const ATTEMPTS: JsonFileFormat<UploadAttempt> = {
	version: 1,
	parse: (fields, name) => {
		const file = fileOf(name);
		// Version 0 named the organization `connectionId` at first.
		const { connectionId, organizationRef = connectionId } = fields;
		if (!file || fields.attempt !== file.number) return null;
		const { organizationRef: ref, sha256 } = file;
		return attemptIn(
			{ ...fields, organizationRef, id: `${file.number}.${fields.startedAt}` },
			{ organizationRef: ref, sha256 },
		);
	},
};

const ARRIVALS: JsonFileFormat<Confirmation> = { version: 1, parse: arrivalIn };

/** The files that older versions of this extension wrote of uploads. */
export class OldJournalFiles {
	readonly #attempts: JsonFileStore<UploadAttempt>;
	readonly #arrivals: JsonFileStore<Confirmation>;

	/** @param folder As in `Records`. */
	constructor(folder: string) {
		this.#attempts = new JsonFileStore(folder, ATTEMPTS);
		this.#arrivals = new JsonFileStore(folder, ARRIVALS);
	}

	/** What files of these names are about, each upload once. */
	static keysIn(names: readonly string[]): readonly UploadKey[] {
		const files = names.flatMap((name) => fileOf(name) ?? []);
		const byKey = Map.groupBy(files, ({ organizationRef, sha256 }) => `${organizationRef}.${sha256}`);
		return [...byKey.values()].flatMap(([file]) => file ?? []);
	}

	/**
	 * Reads what was written down of one upload, oldest first.
	 * @returns `newer` or `unreadable` where an attempt cannot be understood.
	 * @throws Failure `not-recorded`
	 */
	async read(key: UploadKey): Promise<readonly UploadRecord[] | "newer" | "unreadable"> {
		const files = await this.#filesOf(key);
		const records: UploadRecord[] = [];
		for (const { name, ending } of files.toSorted((one, other) => one.number - other.number)) {
			if (ending !== "") continue;
			const pending = await this.#attempts.read(name);
			if (pending.state === "none") continue;
			if (pending.state !== "read") return pending.state;
			const arrival = await this.#arrivals.read(name.replace(/json$/, "uploaded.json"));
			records.push({ pending: pending.value, arrival: arrival.state === "read" ? arrival.value : null });
		}
		return records;
	}

	/** Removes all files of one upload. @throws Failure `not-recorded` */
	async remove(key: UploadKey): Promise<void> {
		for (const { name } of await this.#filesOf(key)) await this.#attempts.remove(name);
	}

	async #filesOf({ organizationRef, sha256 }: UploadKey): Promise<readonly OldFile[]> {
		const names = await this.#attempts.names();
		return names
			.flatMap((name) => fileOf(name) ?? [])
			.filter((file) => file.organizationRef === organizationRef && file.sha256 === sha256);
	}
}

function fileOf(name: string): OldFile | null {
	const [, organizationRef, sha256, number, ending] = NAME.exec(name) ?? [];
	if (organizationRef === undefined || sha256 === undefined || ending === undefined) return null;
	return { name, organizationRef, sha256, number: Number(number), ending };
}
