import { homedir } from "node:os";
import { basename, dirname, join, sep } from "node:path";
import { UNSAFE_CHARACTERS } from "../../domain/unsafeCharacters.ts";

/** The longest part of a file's name that comes from a certificate's name, in bytes. Most systems allow 255 in all. */
const MAX_NAME_BYTES = 200;

/** Names of devices on Windows, with any extension, also after blanks. */
const DEVICE_NAME = /^(?:con|prn|aux|nul|(?:com|lpt)[\d¹²³])\s*(?:\.|$)/i;

/** The names of the files of a certificate and its key. */
export interface CertificateFileNames {
	readonly certificate: string;
	readonly key: string;
}

/** Returns the files of a CA. @param name Its common name. */
export function caFileNames(name: string): CertificateFileNames {
	const stem = fileNameOf(name);
	return { certificate: `${stem}.pem`, key: `${stem}.key.pem` };
}

/** Returns the files of a client. @param name Its common name. */
export function clientFileNames(name: string): CertificateFileNames {
	const stem = fileNameOf(name);
	return { certificate: `${stem}-chain.pem`, key: `${stem}.key.pem` };
}

/** Returns the path of the key that this extension writes beside a CA certificate. @param caPath An absolute path. */
export function caKeyPath(caPath: string): string {
	return join(dirname(caPath), `${stemOf(caPath)}.key.pem`);
}

/** Returns the path of a CA's list of issued certificates. @param caPath The CA certificate's absolute path. */
export function issuedListPath(caPath: string): string {
	return join(dirname(caPath), `${stemOf(caPath)}.issued.csv`);
}

/** Returns the default folder of a certificate and its key. @param name Its common name. */
export function defaultFolder(name: string): string {
	return join(homedir(), "openai-mtls", fileNameOf(name));
}

/** Shortens the path of a file in the user's home folder: `~/openai-mtls/Test CA`. */
export function formatPath(path: string): string {
	const home = homedir() + sep;
	return path.startsWith(home) ? `~${sep}${path.slice(home.length)}` : path;
}

/** Returns a name that every system accepts for a file, equal to `name` as far as possible. */
function fileNameOf(name: string): string {
	const plain = name
		.replaceAll(new RegExp(UNSAFE_CHARACTERS, "gu"), "-")
		.replaceAll(/["*/:<>?\\|$`]/g, "-")
		.replaceAll(/^[-.\s]+|[.\s]+$/g, "");
	let stem = "";
	for (const character of plain) if (Buffer.byteLength(stem + character) <= MAX_NAME_BYTES) stem += character;
	if (stem === "" || DEVICE_NAME.test(stem)) return `certificate-${stem}`.replace(/-$/, "");
	return stem;
}

function stemOf(path: string): string {
	return basename(path).replace(/\.[^.]*$/, "");
}
