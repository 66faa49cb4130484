// What the windows wrote down, read without their own code.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Written {
	readonly organizationRef: string;
	readonly sha256: string;
	readonly name: string;
	readonly owner: string;
	readonly startedAt: number;
	readonly servedBefore: number | null;
	/** The ids that it is said to have arrived as; `null` where nothing is said. */
	readonly arrived: readonly string[] | null;
}

/** Every attempt that is there, settled or not; those of one upload in the order in which they were sent. */
export function readDisk(folder: string): readonly Written[] {
	return readdirSync(folder)
		.filter((name) => /^[0-9a-f-]{36,64}\.[0-9a-f]{64}\.json$/.test(name))
		.flatMap((name) => {
			const { attempts } = JSON.parse(readFileSync(join(folder, name), "utf8")) as {
				readonly attempts: readonly {
					readonly pending: Omit<Written, "arrived">;
					readonly arrival: { readonly certificates: readonly { readonly id: string }[] } | null;
				}[];
			};
			return attempts.map(({ pending, arrival }) => ({
				...pending,
				arrived: arrival?.certificates.map(({ id }) => id) ?? null,
			}));
		});
}

/** The newest attempt of each upload, where nothing is said of it. */
export function openOnDisk(folder: string): readonly Written[] {
	const uploads = Map.groupBy(readDisk(folder), ({ organizationRef, sha256 }) => `${organizationRef}.${sha256}`);
	return [...uploads.values()].flatMap((attempts) => {
		const newest = attempts.at(-1);
		return newest && newest.arrived === null ? [newest] : [];
	});
}
