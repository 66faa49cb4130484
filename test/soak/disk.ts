// Reads the windows' journal files, without the extension's code.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface JournalAttempt {
	readonly organizationRef: string;
	readonly sha256: string;
	readonly name: string;
	readonly owner: string;
	readonly startedAt: number;
	readonly servedBefore: number | null;
}

export interface RecordedAttempt extends JournalAttempt {
	/** The ids of the confirmed certificates, `null` if not confirmed. */
	readonly confirmedIds: readonly string[] | null;
}

/** Returns every attempt on disk, confirmed or not, the attempts of one upload in the order of sending. */
export function readAttempts(folder: string): readonly RecordedAttempt[] {
	return readdirSync(folder)
		.filter((name) => /^[0-9a-f-]{36,64}\.[0-9a-f]{64}\.json$/.test(name))
		.flatMap((name) => {
			const { attempts } = JSON.parse(readFileSync(join(folder, name), "utf8")) as {
				readonly attempts: readonly {
					readonly pending: JournalAttempt;
					readonly arrival: { readonly certificates: readonly { readonly id: string }[] } | null;
				}[];
			};
			return attempts.map(
				({ pending, arrival }): RecordedAttempt => ({
					...pending,
					confirmedIds: arrival?.certificates.map(({ id }) => id) ?? null,
				}),
			);
		});
}

/** Returns the newest attempt of each upload, if it is not confirmed. */
export function readOpenAttempts(folder: string): readonly RecordedAttempt[] {
	const uploads = Map.groupBy(readAttempts(folder), ({ organizationRef, sha256 }) => `${organizationRef}.${sha256}`);
	return [...uploads.values()].flatMap((attempts) => {
		const newestAttempt = attempts.at(-1);
		return newestAttempt && newestAttempt.confirmedIds === null ? [newestAttempt] : [];
	});
}
