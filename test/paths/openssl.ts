import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { MadeCertificate } from "./plan.ts";

export interface OpensslResult {
	readonly accepted: boolean;
	/** OpenSSL's numbers of its errors, such as 20 for a missing issuer. */
	readonly errors: readonly number[];
	/** What OpenSSL printed about them. */
	readonly text: string;
}

/** Verifies a chain with OpenSSL. @param folder Where it writes its files. @param at Unix seconds. */
export function verifyWithOpenssl(
	folder: string,
	client: MadeCertificate,
	intermediates: readonly MadeCertificate[],
	anchor: MadeCertificate,
	at: number,
): OpensslResult {
	const write = (name: string, certificates: readonly MadeCertificate[]) =>
		writeFileSync(join(folder, name), certificates.map(({ pem }) => pem).join(""));
	write("anchor", [anchor]);
	write("client", [client]);
	write("intermediates", intermediates);
	const args = ["verify", "-purpose", "sslclient", "-partial_chain", "-attime", String(at)];
	// Only the named anchor, not the system's.
	args.push("-CAfile", "anchor", "-no-CApath", "-no-CAstore");
	if (intermediates.length > 0) args.push("-untrusted", "intermediates");
	const { status, stdout, stderr } = spawnSync("openssl", [...args, "client"], { cwd: folder, encoding: "utf8" });
	const lines = stderr.match(/^error \d+ at .*$/gm) ?? [];
	const errors = lines.map((line) => Number(line.split(" ")[1]));
	return { accepted: status === 0 && /^client: OK\r?$/m.test(stdout), errors, text: lines.join("; ") };
}
