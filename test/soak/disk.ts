// What the windows wrote down, read without their own code.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Written {
	readonly organizationRef: string;
	readonly sha256: string;
	readonly attempt: number;
	readonly name: string;
	readonly owner: string;
	readonly startedAt: number;
	readonly servedBefore: number | null;
	/** The ids that it is said to have arrived as; `null` where nothing is said. */
	readonly arrived: readonly string[] | null;
}

/** Every attempt that is there, settled or not. */
export function readDisk(folder: string): readonly Written[] {
	const names = readdirSync(folder);
	return names.flatMap((name) => {
		if (!/^[0-9a-f-]{36,64}\.[0-9a-f]{64}\.\d+\.json$/.test(name)) return [];
		const attempt = read(folder, name) as Written | null;
		if (attempt === null) return [];
		const arrival = read(folder, name.replace(/json$/, "uploaded.json")) as {
			readonly certificates: readonly { readonly id: string }[];
		} | null;
		return [{ ...attempt, arrived: arrival?.certificates.map(({ id }) => id) ?? null }];
	});
}

/** The newest attempt of each upload, where nothing is said of it. */
export function openOnDisk(folder: string): readonly Written[] {
	const all = readDisk(folder);
	return all.filter(
		(one) =>
			one.arrived === null &&
			all.every(
				(other) =>
					other.organizationRef !== one.organizationRef || other.sha256 !== one.sha256 || other.attempt <= one.attempt,
			),
	);
}

function read(folder: string, name: string): unknown {
	try {
		return JSON.parse(readFileSync(join(folder, name), "utf8"));
	} catch {
		return null;
	}
}
