// How people make CA certificates with other programs, and what our reader finds in them.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CertificateProgram } from "./programs.ts";

/** A program that makes a CA certificate, as people use it. */
export interface Maker {
	readonly title: string;
	readonly program: CertificateProgram;
	readonly env?: Readonly<Record<string, string>>;
	/** Makes the files `ca.pem`, and `client.pem` if there is a `client`. */
	make(run: (args: string, input?: string) => string, folder: string): void;
	/** The findings of the CA certificate. */
	readonly ca: readonly string[];
	/** The finding of the client certificate, and whether it has the authority key identifier that OpenAI requires. */
	readonly client?: { readonly finding: string; readonly hasAuthorityKey: boolean };
}

const KEY = "-newkey rsa:2048 -nodes";
const NOT_A_CA = "strong not-a-ca";
const NO_BASIC_CONSTRAINTS = "strong no-basic-constraints";

export const makers: readonly Maker[] = [
	{
		title: "openssl req -x509, and a client by openssl x509 -CA",
		program: "openssl",
		make(run) {
			run(`req -x509 ${KEY} -subj /CN=CA -days 365 -keyout ca.key -out ca.pem`);
			run(`req -new ${KEY} -subj /CN=Client -keyout client.key -out client.csr`);
			run("x509 -req -in client.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 365 -out client.pem");
		},
		ca: ["warn no-key-usage", "info root"],
		client: { finding: NO_BASIC_CONSTRAINTS, hasAuthorityKey: true },
	},
	{
		title: "openssl req -x509 with extensions that are not critical unless one says so",
		program: "openssl",
		make: (run) =>
			run(
				`req -x509 ${KEY} -subj /CN=CA -days 365 -keyout ca.key -out ca.pem -addext keyUsage=keyCertSign,cRLSign -addext nameConstraints=permitted;DNS:a.test`,
			),
		ca: ["warn name-constraints", "warn name-constraints-not-critical", "info root", "info key-usage-not-critical"],
	},
	{
		title: "openssl x509 -signkey, from a request",
		program: "openssl",
		make(run) {
			run(`req -new ${KEY} -subj /CN=CA -keyout ca.key -out ca.csr`);
			run("x509 -req -in ca.csr -signkey ca.key -days 365 -out ca.pem");
		},
		ca: [NO_BASIC_CONSTRAINTS],
	},
	{
		title: "mkcert",
		program: "mkcert",
		// Without -install, mkcert writes only to CAROOT.
		env: { CAROOT: "." },
		make(run, folder) {
			run("-client -ecdsa -cert-file client.pem -key-file client.key client.test");
			writeFileSync(join(folder, "ca.pem"), readFileSync(join(folder, "rootCA.pem")));
		},
		ca: ["warn no-crl-sign", "info root", "info no-authority-key-identifier", "info path-length"],
		client: { finding: NO_BASIC_CONSTRAINTS, hasAuthorityKey: true },
	},
	{
		title: "cfssl",
		program: "cfssl",
		make(run, folder) {
			const save = (name: string, output: string) => {
				const { cert, key } = JSON.parse(output);
				writeFileSync(join(folder, `${name}.pem`), cert);
				writeFileSync(join(folder, `${name}.key`), key);
			};
			const request = (CN: string) => JSON.stringify({ CN, key: { algo: "ecdsa", size: 256 } });
			const profile = { usages: ["signing", "client auth"], expiry: "8760h" };
			writeFileSync(join(folder, "config.json"), JSON.stringify({ signing: { default: profile } }));
			save("ca", run("gencert -initca -", request("CA")));
			save("client", run("gencert -ca=ca.pem -ca-key=ca.key -config=config.json -", request("Client")));
		},
		ca: ["info root", "info no-authority-key-identifier"],
		client: { finding: NOT_A_CA, hasAuthorityKey: true },
	},
	{
		title: "GnuTLS certtool",
		program: "certtool",
		make(run, folder) {
			const write = (name: string, ...lines: readonly string[]) =>
				writeFileSync(join(folder, name), ["expiration_days = 365", ...lines, ""].join("\n"));
			write("ca.template", "cn = CA", "ca", "cert_signing_key", "crl_signing_key");
			write("client.template", "cn = Client", "tls_www_client", "signing_key");
			for (const name of ["ca", "client"]) run(`--generate-privkey --key-type ecdsa --outfile ${name}.key`);
			run("--generate-self-signed --template ca.template --load-privkey ca.key --outfile ca.pem");
			run(
				"--generate-certificate --template client.template --load-privkey client.key --load-ca-certificate ca.pem --load-ca-privkey ca.key --outfile client.pem",
			);
		},
		ca: ["info root", "info no-authority-key-identifier"],
		client: { finding: NOT_A_CA, hasAuthorityKey: true },
	},
	{
		title: "GnuTLS certtool, without crl_signing_key",
		program: "certtool",
		make(run, folder) {
			writeFileSync(join(folder, "ca.template"), "cn = CA\nca\ncert_signing_key\nexpiration_days = 365\n");
			run("--generate-privkey --key-type ecdsa --outfile ca.key");
			run("--generate-self-signed --template ca.template --load-privkey ca.key --outfile ca.pem");
		},
		ca: ["warn no-crl-sign", "info root", "info no-authority-key-identifier"],
	},
	{
		title: "NSS certutil",
		program: "certutil",
		make: (run, folder) => makeWithCertutil(run, folder, "y"),
		ca: [
			"warn no-subject-key-identifier",
			"info root",
			"info key-usage-not-critical",
			"info no-authority-key-identifier",
		],
		client: { finding: NO_BASIC_CONSTRAINTS, hasAuthorityKey: false },
	},
	{
		title: "NSS certutil, with its suggestion not to make basic constraints critical",
		program: "certutil",
		make: (run, folder) => makeWithCertutil(run, folder, "n"),
		ca: [
			"warn basic-constraints-not-critical",
			"warn no-subject-key-identifier",
			"info root",
			"info key-usage-not-critical",
			"info no-authority-key-identifier",
		],
		client: { finding: NO_BASIC_CONSTRAINTS, hasAuthorityKey: false },
	},
	{
		title: "Easy-RSA",
		program: "easyrsa",
		env: { EASYRSA_BATCH: "1", EASYRSA_PKI: "pki" },
		make(run, folder) {
			run("init-pki");
			run("build-ca nopass");
			run("build-client-full client nopass");
			writeFileSync(join(folder, "ca.pem"), readFileSync(join(folder, "pki/ca.crt")));
			writeFileSync(join(folder, "client.pem"), readFileSync(join(folder, "pki/issued/client.crt")));
		},
		ca: ["warn basic-constraints-not-critical", "info root", "info key-usage-not-critical"],
		client: { finding: NOT_A_CA, hasAuthorityKey: true },
	},
];

/** @param critical The answer to the question whether basic constraints are critical. */
function makeWithCertutil(run: (args: string, input?: string) => string, folder: string, critical: "y" | "n"): void {
	// certutil wants random bytes from the keyboard or a file.
	writeFileSync(join(folder, "noise"), crypto.getRandomValues(new Uint8Array(64)));
	const common = "-S -d sql:. -k ec -q nistp256 -v 12 -z noise";
	run("-N -d sql:. --empty-password");
	run(`${common} -x -n ca -s CN=CA -t CT,C,C -m 1 -2 --keyUsage certSigning,crlSigning`, `y\n\n${critical}\n`);
	run(`${common} -c ca -n client -s CN=Client -t ,, -m 2 --keyUsage digitalSignature --extKeyUsage clientAuth`);
	for (const name of ["ca", "client"]) writeFileSync(join(folder, `${name}.pem`), run(`-L -d sql:. -n ${name} -a`));
}
