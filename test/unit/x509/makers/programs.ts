// Other programs that make or judge certificates, from Debian's packages.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { installPackages } from "../../../vscode/debian.ts";

/** The package and the path of each program. */
const PROGRAMS = {
	openssl: ["openssl", "/usr/bin/openssl"],
	mkcert: ["mkcert", "/usr/bin/mkcert"],
	cfssl: ["golang-cfssl", "/usr/bin/cfssl"],
	certtool: ["gnutls-bin", "/usr/bin/certtool"],
	certutil: ["libnss3-tools", "/usr/bin/certutil"],
	easyrsa: ["easy-rsa", "/usr/share/easy-rsa/easyrsa"],
	zlint: ["zlint", "/usr/bin/zlint"],
} as const;

/** Debian's Python with OpenAI's SDK: the interpreter, and the SDK's package and folder. */
export const PYTHON = {
	path: "/usr/bin/python3",
	package: "python3-openai",
	sdk: "/usr/lib/python3/dist-packages/openai",
};

export type CertificateProgram = keyof typeof PROGRAMS;

/** Installs the missing programs and the SDK, if Debian's apt-get can do so. */
export function installCertificatePrograms(): void {
	const needed = [...Object.values(PROGRAMS), [PYTHON.package, PYTHON.sdk] as const];
	const missing = needed.filter(([, path]) => !existsSync(path));
	if (missing.length > 0) installPackages(missing.map(([name]) => name));
}

/** Returns why a program cannot run here, or `null`. */
export function missingReason(program: CertificateProgram): string | null {
	const [name, path] = PROGRAMS[program];
	if (!existsSync(path)) return `there is no ${path} of Debian's package ${name}`;
	if (program !== "openssl") return null;
	const version = execFileSync(path, ["version"], { encoding: "utf8" });
	return /^OpenSSL (?:3\.(?:[2-9]|\d\d)|[4-9])/.test(version) ? null : "OpenSSL before 3.2 makes version 1";
}

/**
 * Runs a program in a folder, which is its home, too, so that it changes nothing elsewhere.
 * @param args The arguments, separated by blanks.
 * @param options.env Variables besides `PATH` and `HOME`.
 * @param options.input What the program reads from its standard input.
 * @returns its standard output.
 * @throws Error with its error output, if the program fails.
 */
export function runCertificateProgram(
	program: CertificateProgram,
	args: string,
	{
		folder,
		env = {},
		input = "",
	}: { readonly folder: string; readonly env?: NodeJS.ProcessEnv; readonly input?: string },
): string {
	return execFileSync(PROGRAMS[program][1], args.split(" "), {
		...{ cwd: folder, input, encoding: "utf8", stdio: "pipe" },
		env: { PATH: process.env.PATH, HOME: folder, ...env },
	});
}
