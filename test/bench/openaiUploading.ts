// Makes the first upload of a process with OpenAI's client. Sends the time without loading the client, in milliseconds.
import { OpenAI } from "openai";
import { childInput, sendResult } from "./childProcess.ts";
import type { UploadInput } from "./uploading.ts";

const { url, key, pem } = childInput<Pick<UploadInput, "url" | "key" | "pem">>();
const client = new OpenAI({ baseURL: url, adminAPIKey: key, apiKey: null, organization: null, project: null });
const started = performance.now();
await client.admin.organization.certificates.create({ certificate: pem, name: "Bench" });
sendResult(performance.now() - started);
