import { generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import { type KeyType, NewPrivateKey } from "../../domain/certificateMaking.ts";
import { type Element, readElement } from "../asn1/der.ts";
import { encodePem } from "../asn1/pem.ts";
import { encryptKey } from "./keyEncryption.ts";

const generate = promisify(generateKeyPair);

/** Makes a key pair. Asynchronous: a large RSA key takes seconds. */
export async function makeKeyPair(type: KeyType): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
	switch (type) {
		// The names that both OpenSSL and BoringSSL know.
		case "p-256":
			return generate("ec", { namedCurve: "prime256v1" });
		case "p-384":
			return generate("ec", { namedCurve: "secp384r1" });
		case "rsa-2048":
			return generate("rsa", { modulusLength: 2048 });
		case "rsa-3072":
			return generate("rsa", { modulusLength: 3072 });
		case "rsa-4096":
			return generate("rsa", { modulusLength: 4096 });
	}
}

/** Returns a public key's SubjectPublicKeyInfo. */
export function publicKeyInfo(key: KeyObject): Element {
	const info = readElement(key.export({ type: "spki", format: "der" }));
	if (!info) throw new TypeError("The runtime exported no key.");
	return info;
}

/** Returns a key as its file will contain it. @param passphrase `null`: not encrypted. */
export async function exportKey(key: KeyObject, passphrase: string | null): Promise<NewPrivateKey> {
	const der = key.export({ type: "pkcs8", format: "der" });
	try {
		const pem =
			passphrase === null
				? encodePem(der, "PRIVATE KEY")
				: encodePem(await encryptKey(der, passphrase), "ENCRYPTED PRIVATE KEY");
		// Not a Buffer: small ones share memory with other buffers of this process.
		return new NewPrivateKey(new TextEncoder().encode(pem));
	} finally {
		der.fill(0);
	}
}
