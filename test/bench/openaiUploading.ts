// Makes the first upload of a process with OpenAI's client. Sends the time without loading the client, in milliseconds.
import { OpenAI } from "openai";
import { inputApart, tell } from "./childProcess.ts";
import type { UploadInput } from "./uploading.ts";

const { url, key, pem } = inputApart<Pick<UploadInput, "url" | "key" | "pem">>();
const client = new OpenAI({ baseURL: url, adminAPIKey: key, apiKey: null, organization: null, project: null });
const started = performance.now();
await client.admin.organization.certificates.create({ certificate: pem, name: "Bench" });
tell(performance.now() - started);
