// npm run corpus -- DIR: compares the reader's results for a corpus with the corpus's index.json.
import { resolve } from "node:path";
import { compareCorpus } from "../corpus.ts";

const [folder] = process.argv.slice(2);
if (folder === undefined) {
	console.error("Usage: npm run corpus -- DIR, where DIR holds an index.json and the files it names.");
	process.exit(2);
}
try {
	const path = resolve(process.env.INIT_CWD ?? process.cwd(), folder);
	const { files, certificates, differences, notCompared } = await compareCorpus(path);
	for (const difference of differences) console.log(difference);
	for (const check of notCompared) console.log(`Not compared, since openssl is not here: ${check}.`);
	console.log(`${files} files, ${certificates} certificates, ${differences.length} differences.`);
	process.exitCode = differences.length > 0 ? 1 : 0;
} catch (error) {
	console.error(`The corpus cannot be read: ${error instanceof Error ? error.message : error}`);
	process.exitCode = 2;
}
