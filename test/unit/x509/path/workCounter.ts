// Runs in a worker: checks a chain and counts the work. Time would depend on the computer and what else it does.
import crypto from "node:crypto";
import { Session } from "node:inspector";
import { syncBuiltinESMExports } from "node:module";
import { parentPort, workerData } from "node:worker_threads";

let verifications = 0;
const { verify } = crypto;
crypto.verify = ((...args: Parameters<typeof verify>) => {
	verifications++;
	return verify(...args);
}) as typeof verify;
syncBuiltinESMExports();

const session = new Session();
session.connect();
session.post("Profiler.enable");
// Counts blocks only in code that is loaded later.
session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
const { checkChain } = await import("../../../../src/x509/chainCheck.ts");
takeSteps();
const { file, anchors, at } = workerData;
const result = checkChain(file, anchors, at);
parentPort?.postMessage({ result, steps: takeSteps(), verifications });

/** Returns how often blocks of the product's code ran since the last call. */
function takeSteps(): number {
	let steps = 0;
	session.post("Profiler.takePreciseCoverage", (error, { result }) => {
		if (error) throw error;
		for (const { url, functions } of result)
			if (/\/src\/[^?]*\.ts$/.test(url))
				for (const { ranges } of functions) for (const { count } of ranges) steps += count;
	});
	return steps;
}
