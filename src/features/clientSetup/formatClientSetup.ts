import { posix, win32 } from "node:path";
import { ProblemError } from "../../domain/problem.ts";
import { UNSAFE_CHARACTERS } from "../../domain/unsafeCharacters.ts";
import { type ClientFiles, PASSPHRASE_VARIABLE, type SetupTarget } from "./clientSetup.ts";
import { describeSetup } from "./clientSetupMessages.ts";
import { escapeForCurl, quoteForCode, quoteForPowerShell, quoteForShell } from "./quoting.ts";

/** What the code of a setup contains: paths with placeholders for unknown ones. */
interface SetupValues {
	readonly certificate: string;
	readonly key: string;
	readonly mayBeEncrypted: boolean;
	readonly url: string;
	readonly isWindows: boolean;
}

/**
 * Returns a text to run as it is: it presents a client certificate to OpenAI, with the API key from the environment.
 * @param url The mTLS host's URL with its path, such as `https://mtls.api.openai.com/v1`.
 * @param isWindows True for PowerShell instead of a POSIX shell.
 * @throws ProblemError `setup-path` if a path contains a character that could disguise it.
 */
export function formatClientSetup(target: SetupTarget, files: ClientFiles, url: string, isWindows: boolean): string {
	const folder = isWindows ? "C:\\path\\to\\" : "/path/to/";
	const { certificatePath, keyPath, isKeyEncrypted } = files;
	for (const path of [certificatePath, keyPath])
		if (path !== null && UNSAFE_CHARACTERS.test(path))
			throw new ProblemError({ reason: "setup-path", file: (isWindows ? win32 : posix).basename(path) });
	const values = {
		...{ mayBeEncrypted: isKeyEncrypted !== false, url, isWindows },
		certificate: certificatePath ?? `${folder}client-chain.pem`,
		key: keyPath ?? `${folder}client.key.pem`,
	};
	const mark = target === "node" ? "//" : "#";
	const comments = describeSetup(target, files, url, isWindows).map((line) => `${mark} ${line}`);
	return [...comments, ...CODE[target](values), ""].join("\n");
}

const CODE: Readonly<Record<SetupTarget, (values: SetupValues) => readonly string[]>> = {
	curl: ({ certificate, key, url, isWindows }) => {
		const quote = isWindows ? quoteForPowerShell : quoteForShell;
		const [program, variable, continued] = isWindows ? ["curl.exe", "$env:OPENAI_API_KEY", "`"] : POSIX_CURL;
		return [
			`${program} ${quote(`${url}/models`)} ${continued}`,
			`  --cert ${quote(escapeForCurl(certificate))} ${continued}`,
			`  --key ${quote(key)} ${continued}`,
			`  --header "Authorization: Bearer ${variable}"`,
		];
	},
	// As examples/mtls_httpx.py of openai-python.
	python: ({ certificate, key, mayBeEncrypted, url }) => [
		"import os",
		"import ssl",
		"",
		"from openai import DefaultHttpxClient, OpenAI",
		"",
		"context = ssl.create_default_context()",
		"context.load_cert_chain(",
		`    certfile=${quoteForCode(certificate)},`,
		`    keyfile=${quoteForCode(key)},`,
		...(mayBeEncrypted ? [`    password=os.environ.get("${PASSPHRASE_VARIABLE}"),`] : []),
		")",
		"client = OpenAI(",
		'    api_key=os.environ["OPENAI_API_KEY"],',
		`    base_url=${quoteForCode(url)},`,
		"    http_client=DefaultHttpxClient(verify=context, follow_redirects=False),",
		")",
		"print([model.id for model in client.models.list()])",
	],
	// As examples/mtls/node.mjs of openai-node.
	node: ({ certificate, key, mayBeEncrypted, url }) => [
		`import { readFileSync } from ${quoteForCode("node:fs")};`,
		`import OpenAI from ${quoteForCode("openai")};`,
		`import { Agent, fetch } from ${quoteForCode("undici")};`,
		"",
		"const dispatcher = new Agent({",
		"  connect: {",
		`    cert: readFileSync(${quoteForCode(certificate)}),`,
		`    key: readFileSync(${quoteForCode(key)}),`,
		...(mayBeEncrypted ? [`    passphrase: process.env.${PASSPHRASE_VARIABLE},`] : []),
		"  },",
		"});",
		"const client = new OpenAI({",
		"  apiKey: process.env.OPENAI_API_KEY,",
		`  baseURL: ${quoteForCode(url)},`,
		"  fetch,",
		'  fetchOptions: { dispatcher, redirect: "manual" },',
		"});",
		"console.log((await client.models.list()).data.map(({ id }) => id));",
		"await dispatcher.close();",
	],
	environment: ({ url, isWindows }) => [
		isWindows ? `$env:OPENAI_BASE_URL = ${quoteForPowerShell(url)}` : `export OPENAI_BASE_URL=${quoteForShell(url)}`,
	],
};

const POSIX_CURL = ["curl", "$OPENAI_API_KEY", "\\"] as const;
